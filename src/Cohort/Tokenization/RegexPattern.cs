using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cohort.Tokenization;

/// <summary>
/// A regular expression of tokenizer.json. .NET matches UTF-16 units, the reference code points: a text with characters beyond U+FFFF is matched in a
/// shadow, where each of them is one unit of the same category that the expression does not name.
/// </summary>
internal sealed class RegexPattern : TextPattern
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Multiline;
    private const int WorthCompiling = 1 << 16;
    private const char CircledLetter = '\u24B6';

    private readonly string _source;
    private readonly Regex _regex;
    private readonly Lazy<Regex> _compiled;
    private readonly Lazy<char[]> _shadows;
    private long _matched;

    /// <summary>An expression in the reference's syntax.</summary>
    /// <exception cref="TokenizationException">It has something that .NET says otherwise and that is not mapped.</exception>
    public RegexPattern(string source)
    {
        var translated = new OnigurumaSyntax(source);
        _source = source;
        try
        {
            _regex = new Regex(translated.Pattern, Options, EncodingDeadline.Limit);
        }
        catch (ArgumentException cause)
        {
            throw new TokenizationException($"the regular expression '{source}' is not one. {cause.Message}", cause);
        }

        _compiled = new(() => new Regex(translated.Pattern, Options | RegexOptions.Compiled, EncodingDeadline.Limit));
        _shadows = new(() => ShadowsFor(translated));
    }

    /// <inheritdoc/>
    protected override List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        var regex = Interlocked.Add(ref _matched, text.Length) > WorthCompiling ? _compiled.Value : _regex;
        var matches = new List<(int Start, int End)>();
        var deadline = EncodingDeadline.Current;
        deadline.Check();
        try
        {
            if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
            {
                foreach (var match in regex.EnumerateMatches(text))
                {
                    deadline.Check();
                    matches.Add((match.Index, match.Index + match.Length));
                }

                return matches;
            }

            var (shadow, places) = ShadowOf(text);
            foreach (var match in regex.EnumerateMatches(shadow))
            {
                deadline.Check();
                matches.Add((places[match.Index], places[match.Index + match.Length]));
            }

            return matches;
        }
        catch (RegexMatchTimeoutException cause)
        {
            throw new TokenizationException($"The tokenizer's regular expression '{_source}' looked more than {EncodingDeadline.Limit.TotalSeconds} s for one "
                + $"match in {text.Length} characters; give shorter texts.", cause);
        }
    }

    private (char[] Shadow, int[] Places) ShadowOf(ReadOnlySpan<char> text)
    {
        var shadow = new List<char>(text.Length);
        var places = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            places.Add(i);
            if (char.IsHighSurrogate(text[i]))
                shadow.Add(ShadowOf(new Rune(text[i], text[++i])));
            else
                shadow.Add(text[i]);
        }

        places.Add(text.Length);
        return ([.. shadow], [.. places]);
    }

    private char ShadowOf(Rune rune) => Characters.IsCircledLetter(rune) ? CircledLetter : _shadows.Value[(int)Rune.GetUnicodeCategory(rune)];

    // A unit of each category; of letters, if there is one, a unit that has no other case, so that an expression without case does not take it for two.
    private static char[] ShadowsFor(OnigurumaSyntax syntax)
    {
        var units = Enumerable.Range(0x250, 0xFFF0 - 0x250).Select(unit => (char)unit)
            .Where(unit => !char.IsSurrogate(unit) && !Characters.IsCircledLetter(new(unit)) && !syntax.Names(unit));
        var shadows = new char[Enum.GetValues<UnicodeCategory>().Length];
        foreach (var category in units.GroupBy(char.GetUnicodeCategory))
            shadows[(int)category.Key] = category.FirstOrDefault(unit => char.ToUpperInvariant(unit) == char.ToLowerInvariant(unit), category.First());
        return shadows;
    }
}
