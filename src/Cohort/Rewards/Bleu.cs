using System.Text.RegularExpressions;

namespace Cohort.Rewards;

/// <summary>How near a text is to its references, by BLEU.</summary>
/// <param name="Value">Sentence BLEU in [0, 1].</param>
/// <param name="BrevityPenalty">exp(1 - r/c) for c words where the nearest reference has r &gt; c; else 1. 0 for no words.</param>
/// <param name="Orders">The clipped matches of single words, of pairs, and so on up to four.</param>
public sealed record BleuScore(double Value, double BrevityPenalty, IReadOnlyList<NGramMatches> Orders);

/// <summary>
/// BLEU of one text: BP · exp(1/N Σ log p_n), p_n the clipped n-gram precision (Papineni et al. 2002, section 2.3), as sacreBLEU computes it for a
/// sentence (arXiv:1804.08771; tokens "13a", smoothing "exp", effective order): the k-th order without a match counts as 1 / (2^k total), which is NIST's
/// smoothing (Chen and Cherry 2014, method 3); N is 4, or as many words as the text has; and a text without a common word is 0.
/// </summary>
public static partial class Bleu
{
    /// <summary>Compares a text with its references; upper case matters.</summary>
    /// <param name="candidate">The text. Time is linear in its length.</param>
    /// <param name="references">At least one.</param>
    /// <exception cref="ArgumentException">There is no reference.</exception>
    public static BleuScore Compare(string candidate, IReadOnlyList<string> references)
    {
        if (references.Count == 0)
            throw new ArgumentException("There are 0 references; BLEU needs at least one.", nameof(references));

        var texts = NGrams.Number(references.Prepend(candidate).Select(Words));
        var (words, others) = (texts[0], texts[1..]);
        NGramMatches[] orders = [.. Enumerable.Range(1, NGrams.LargestOrder).Select(order => NGrams.Match(words, others, order))];
        var nearest = others.Select(other => other.Length).OrderBy(length => Math.Abs(length - words.Length)).ThenBy(length => length).First();
        var brevity = words.Length == 0 ? 0 : Math.Exp(Math.Min(0, 1 - ((double)nearest / words.Length)));
        return new BleuScore(orders[0].Matched == 0 ? 0 : brevity * Math.Exp(LogPrecision(orders)), brevity, orders);
    }

    /// <summary>
    /// The words of a text as mteval-v13a splits it: at white space, around ASCII punctuation but ' - . and ,; around . and , that are not between
    /// digits; and around a - after a digit. Four entities (&amp;quot; &amp;amp; &amp;lt; &amp;gt;) are what they stand for.
    /// </summary>
    /// <param name="text">Any text.</param>
    public static IReadOnlyList<string> Words(string text)
    {
        var line = text.TrimEnd().Replace("<skipped>", "").Replace("-\n", "").Replace('\n', ' ')
            .Replace("&quot;", "\"").Replace("&amp;", "&").Replace("&lt;", "<").Replace("&gt;", ">");
        line = Symbol.Replace($" {line} ", " $0 ");
        line = AfterOther.Replace(line, "$1 $2 ");
        line = BeforeOther.Replace(line, " $1 $2");
        return DashAfterDigit.Replace(line, "$1 $2 ").Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
    }

    private static double LogPrecision(IReadOnlyList<NGramMatches> orders)
    {
        var (sum, count, smooth) = (0.0, 0, 1.0);
        foreach (var (matched, total) in orders.Where(order => order.Total > 0))
        {
            smooth *= matched == 0 ? 2 : 1;
            sum += Math.Log(matched == 0 ? 1 / (smooth * total) : (double)matched / total);
            count++;
        }

        return sum / count;
    }

    [GeneratedRegex(@"[{-~\[-` -&(-+:-@/]", RegexOptions.CultureInvariant)]
    private static partial Regex Symbol { get; }

    [GeneratedRegex("([^0-9])([.,])", RegexOptions.CultureInvariant)]
    private static partial Regex AfterOther { get; }

    [GeneratedRegex("([.,])([^0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex BeforeOther { get; }

    [GeneratedRegex("([0-9])(-)", RegexOptions.CultureInvariant)]
    private static partial Regex DashAfterDigit { get; }
}
