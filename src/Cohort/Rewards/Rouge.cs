using System.Globalization;
using System.Text;

namespace Cohort.Rewards;

/// <summary>What ROUGE counts.</summary>
public enum RougeVariant
{
    /// <summary>ROUGE-1: single words.</summary>
    Rouge1,

    /// <summary>ROUGE-2: pairs of words that follow each other.</summary>
    Rouge2,

    /// <summary>ROUGE-L: the longest sequence of words that both texts have in this order, with gaps.</summary>
    RougeL,
}

/// <summary>How near a text is to a reference, by ROUGE.</summary>
/// <param name="Precision">The share of the text's words or pairs that the reference has, in [0, 1].</param>
/// <param name="Recall">The share of the reference's words or pairs that the text has, in [0, 1].</param>
public readonly record struct RougeScore(double Precision, double Recall)
{
    /// <summary>The harmonic mean of precision and recall.</summary>
    public double F1 => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);
}

/// <summary>
/// ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004, sections 2 and 3.1, with β = 1) of whole texts, without stemming and without stop words. Words are runs of letters,
/// digits and marks in lower case; of ASCII text the same as those of the package rouge_score, which takes other letters for white space.
/// </summary>
public static class Rouge
{
    /// <summary>Words of the shortest reference that a variant can be computed against.</summary>
    public static int LeastWords(RougeVariant variant) => variant == RougeVariant.Rouge2 ? 2 : 1;

    /// <summary>Compares a text with a reference. Time is linear in the lengths; of ROUGE-L their product by 64.</summary>
    /// <param name="candidate">The text.</param>
    /// <param name="reference">What it is compared with.</param>
    /// <param name="variant">What is counted.</param>
    public static RougeScore Compare(string candidate, string reference, RougeVariant variant)
    {
        var texts = NGrams.Number([Words(candidate), Words(reference)]);
        var (given, right) = (texts[0], texts[1]);
        var lost = LeastWords(variant) - 1;
        var matched = variant == RougeVariant.RougeL ? CommonSubsequence.Length(right, given) : NGrams.Match(given, [right], lost + 1).Matched;
        return matched == 0 ? default : new((double)matched / (given.Length - lost), (double)matched / (right.Length - lost));
    }

    /// <summary>The words of a text.</summary>
    /// <param name="text">Any text; what is no Unicode separates words.</param>
    public static IReadOnlyList<string> Words(string text)
    {
        var (words, start, end) = (new List<string>(), 0, 0);
        var lower = text.ToLowerInvariant();
        foreach (var rune in lower.EnumerateRunes())
        {
            if (!IsOfWord(rune))
            {
                Add();
                start = end + rune.Utf16SequenceLength;
            }

            end += rune.Utf16SequenceLength;
        }

        Add();
        return words;

        void Add()
        {
            if (end > start)
                words.Add(lower[start..end]);
        }
    }

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
