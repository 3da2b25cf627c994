using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cohort.Tokenization;

/// <summary>
/// A regular expression in the syntax of Oniguruma, which the reference uses, as .NET's. What the two write alike but mean otherwise is rewritten:
/// \w, \b, \h, \R, (?m), possessive quantifiers, {,n}, and s and k without case. What is not mapped is refused by name.
/// </summary>
internal sealed class OnigurumaSyntax
{
    private const int DeepestGroup = 50, LongestPattern = 20_000;

    // Outside of a class \w has the fractions and superscripts of Latin-1 too.
    private const string WordInClass = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";
    private const string Word = WordInClass + @"\u00B2\u00B3\u00B9\u00BC-\u00BE";

    private static readonly Dictionary<string, string> Categories = (
        "L:letter Lu:uppercaseletter Ll:lowercaseletter Lt:titlecaseletter Lm:modifierletter Lo:otherletter M:mark Mn:nonspacingmark "
        + "Mc:spacingmark Me:enclosingmark N:number Nd:decimalnumber Nl:letternumber No:othernumber P:punctuation Pc:connectorpunctuation "
        + "Pd:dashpunctuation Ps:openpunctuation Pe:closepunctuation Pi:initialpunctuation Pf:finalpunctuation Po:otherpunctuation S:symbol "
        + "Sm:mathsymbol Sc:currencysymbol Sk:modifiersymbol So:othersymbol Z:separator Zs:spaceseparator Zl:lineseparator "
        + "Zp:paragraphseparator C:other Cc:control Cf:format Co:privateuse Cn:unassigned")
        .Split(' ').Select(pair => pair.Split(':'))
        .SelectMany(pair => new[] { (Name: pair[0].ToLowerInvariant(), pair[0]), (Name: pair[1], pair[0]) })
        .ToDictionary(pair => pair.Name, pair => pair.Item2);

    private readonly string _source;
    private readonly StringBuilder _pattern = new();
    private readonly List<(char First, char Last)> _named = [];
    private int _at;

    /// <summary>Translates an expression.</summary>
    /// <exception cref="TokenizationException">Something is not mapped.</exception>
    public OnigurumaSyntax(string source)
    {
        _source = source;
        if (source.Length > LongestPattern)
            throw Unsupported($"more than {LongestPattern} characters");
        Alternatives(ignoresCase: false, depth: 0);
        if (_at < source.Length)
            throw Unsupported("')' without '('");
    }

    /// <summary>The expression for .NET, with RegexOptions.Multiline.</summary>
    public string Pattern => _pattern.ToString();

    /// <summary>Whether the expression names a character, by itself or in a range.</summary>
    public bool Names(char character) => _named.Exists(range => character >= range.First && character <= range.Last);

    private void Alternatives(bool ignoresCase, int depth)
    {
        if (depth > DeepestGroup)
            throw Unsupported($"groups in more than {DeepestGroup} groups");
        while (_at < _source.Length && _source[_at] != ')')
        {
            var start = _pattern.Length;
            var c = _source[_at++];
            switch (c)
            {
                case '|' or '^' or '$':
                    _pattern.Append(c);
                    continue;
                case '(':
                    if (Group(ref ignoresCase, depth))
                        continue;
                    break;
                case '[':
                    _pattern.Append('[');
                    Class(ignoresCase, depth);
                    break;
                case '\\':
                    _pattern.Append(Escape(inClass: false, ignoresCase));
                    break;
                case '.':
                    _pattern.Append(c);
                    break;
                case '*' or '+' or '?':
                    throw Unsupported($"'{c}' with nothing to repeat");
                default:
                    _pattern.Append(Literal(c, ignoresCase));
                    break;
            }

            Quantifier(start);
        }
    }

    /// <summary>A group; true where it was an option or a comment, which matches nothing by itself.</summary>
    private bool Group(ref bool ignoresCase, int depth)
    {
        var inner = ignoresCase;
        if (Take("?#"))
        {
            _at = _source.IndexOf(')', _at) is >= 0 and var end ? end + 1 : throw Unsupported("a comment without end");
            return true;
        }

        if (Option() is { } option)
        {
            inner = option.IgnoresCase ?? inner;
            _pattern.Append("(?").Append(option.Written);
            if (Take(")"))
            {
                ignoresCase = inner;
                _pattern.Append(')');
                return true;
            }
        }
        else if (new[] { "?:", "?=", "?!", "?<=", "?<!", "?>" }.FirstOrDefault(Take) is { } kind)
        {
            _pattern.Append('(').Append(kind);
        }
        else
        {
            if (_at < _source.Length && _source[_at] == '?')
                throw Unsupported($"the group '({Regex.Match(_source[_at..], @"^\?.{0,2}")}'");
            _pattern.Append('(');
        }

        Alternatives(inner, depth + 1);
        if (!Take(")"))
            throw Unsupported("'(' without ')'");
        _pattern.Append(')');
        return false;
    }

    // (?i) (?i: (?-i: and the same with m, which is .NET's s: the dot matches line ends too.
    private (string Written, bool? IgnoresCase)? Option()
    {
        var match = Regex.Match(_source[_at..], @"^\?(?<on>[im]*)(?<off>-[im]+)?(?<colon>:|(?=\)))");
        var (on, off) = (match.Groups["on"].Value, match.Groups["off"].Value);
        if (on.Length + off.Length == 0)
            return null;
        _at += match.Length;
        return ((on + off).Replace('m', 's') + match.Groups["colon"].Value, off.Contains('i') ? false : on.Contains('i') ? true : null);
    }

    private void Quantifier(int start)
    {
        var interval = Regex.Match(_source[_at..], @"^\{(?<least>\d{0,5})(?<comma>,(?<most>\d{0,5}))?\}");
        if (interval.Success && interval.Length > (interval.Groups["comma"].Success ? 3 : 2))
        {
            _at += interval.Length;
            var least = interval.Groups["least"].Value is { Length: > 0 } digits ? digits : "0";
            _pattern.Append('{').Append(least).Append(interval.Groups["comma"].Value).Append('}');
            if (Take("?"))
                _pattern.Append(interval.Groups["comma"].Success ? "?" : throw Unsupported("'{n}?'"));
            else if (Take("+"))
                Wrap(start, "(?:", ")+"); // In this syntax the sign after an interval repeats it once more.
        }
        else if (_at < _source.Length && _source[_at] is '*' or '+' or '?')
        {
            _pattern.Append(_source[_at++]);
            if (Take("?"))
                _pattern.Append('?');
            else if (Take("+"))
                Wrap(start, "(?>", ")");
        }
        else
        {
            return;
        }

        if (_at < _source.Length && _source[_at] is '*' or '+' or '?')
            throw Unsupported("a repetition of a repetition");
    }

    private void Wrap(int start, string before, string after) => _pattern.Insert(start, before).Append(after);

    private void Class(bool ignoresCase, int depth)
    {
        if (depth > DeepestGroup)
            throw Unsupported($"groups in more than {DeepestGroup} groups");
        if (Take("^"))
            _pattern.Append('^');
        for (var isFirst = true; !(Take("]") && !isFirst); isFirst = false)
        {
            if (isFirst && _at > 0 && _source[_at - 1] == ']')
            {
                _pattern.Append(@"\]");
                continue;
            }

            if (_at == _source.Length)
                throw Unsupported("'[' without ']'");
            if (Take("&&"))
                throw Unsupported("'&&' in a class");
            if (Take("["))
                throw Unsupported("a class in a class");
            Element(ignoresCase);
        }

        _pattern.Append(']');
    }

    private void Element(bool ignoresCase)
    {
        if (Character() is not { } first)
        {
            _pattern.Append(Escape(inClass: true, ignoresCase));
            return;
        }

        var isRange = _at + 1 < _source.Length && _source[_at] == '-' && _source[_at + 1] is not ']';
        if (!isRange)
        {
            _pattern.Append(Name(first, first)).Append(ignoresCase && first is 's' or 'S' ? "\u017F" : "");
            return;
        }

        _at++;
        var last = Character() ?? throw Unsupported("a range that ends in a class");
        if (last < first)
            throw Unsupported($"the empty range {first}-{last}");
        _pattern.Append(Name(first, last));
    }

    // The character at this place of a class, or null, with nothing taken, where a class such as \s stands there.
    private char? Character()
    {
        if (_at >= _source.Length)
            throw Unsupported("'[' without ']'");
        if (_source[_at] != '\\')
            return char.IsSurrogate(_source[_at]) ? throw Unsupported("a character beyond U+FFFF") : _source[_at++];
        if (_at + 1 < _source.Length && "dDwWsShHpP".Contains(_source[_at + 1]))
        {
            _at++;
            return null;
        }

        _at++;
        return Escaped() ?? (Take("b") ? '\b' : throw Unsupported($"'\\{Next()}' in a class"));
    }

    private string Name(char first, char last)
    {
        _named.Add((first, last));
        return first == last ? Quoted(first) : $"{Quoted(first)}-{Quoted(last)}";
    }

    private static string Quoted(char c) => char.IsAsciiLetterOrDigit(c) ? c.ToString() : $"\\u{(int)c:X4}";

    private string Literal(char c, bool ignoresCase)
    {
        if (char.IsSurrogate(c))
            throw Unsupported("a character beyond U+FFFF");
        var written = Name(c, c);
        return ignoresCase && c is 's' or 'S' ? $"[{written}\u017F]" : written;
    }

    private string Escape(bool inClass, bool ignoresCase)
    {
        if (_at >= _source.Length)
            throw Unsupported("'\\' at the end");
        if (!inClass && Escaped() is { } character)
            return Literal(character, ignoresCase);
        switch (_source[_at++])
        {
            case 'd': return @"\d";
            case 'D': return @"\D";
            case 's': return @"\s";
            case 'S': return @"\S";
            case 'w': return inClass ? WordInClass : $"[{Word}]";
            case 'W' when !inClass: return $"[^{Word}]";
            case 'h': return inClass ? "0-9A-Fa-f" : "[0-9A-Fa-f]";
            case 'H' when !inClass: return "[^0-9A-Fa-f]";
            case 'p': return Property(negated: false);
            case 'P': return Property(negated: true);
            case 'R' when !inClass: return @"(?>\r\n|[\n-\r\u0085\u2028\u2029])";
            case 'N' when !inClass: return "[^\\n]";
            case 'b' when !inClass: return $"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))";
            case 'B' when !inClass: return $"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))";
            case 'A' or 'z' or 'Z' or 'G' when !inClass: return "\\" + _source[_at - 1];
            case >= '1' and <= '9' and var group when !inClass && !(_at < _source.Length && char.IsAsciiDigit(_source[_at])): return "\\" + group;
            default: throw Unsupported($"'\\{_source[_at - 1]}'{(inClass ? " in a class" : "")}");
        }
    }

    // The character that an escape stands for, behind its backslash; null, with nothing taken, where it stands for something else.
    private char? Escaped()
    {
        var c = _source[Math.Min(_at, _source.Length - 1)];
        if (_at < _source.Length && !char.IsAsciiLetterOrDigit(c) && !char.IsSurrogate(c))
        {
            _at++;
            return c;
        }

        if (_at < _source.Length && "nrtfvae".IndexOf(c) is >= 0 and var index)
        {
            _at++;
            return "\n\r\t\f\v\a\u001B"[index];
        }

        var hexadecimal = Regex.Match(_source[_at..], @"^(u(?<digits>[0-9A-Fa-f]{4})|x(?<digits>[0-7][0-9A-Fa-f])|x\{0*(?<digits>[0-9A-Fa-f]{1,4})\})");
        if (!hexadecimal.Success)
            return null;
        _at += hexadecimal.Length;
        return (char)int.Parse(hexadecimal.Groups["digits"].Value, NumberStyles.HexNumber);
    }

    private string Property(bool negated)
    {
        var match = Regex.Match(_source[_at..], @"^\{(?<not>\^?)(?<name>[^}]*)\}");
        var name = match.Groups["name"].Value;
        var key = name.Replace("_", "").Replace(" ", "").Replace("-", "").ToLowerInvariant();
        if (!match.Success || !Categories.TryGetValue(key, out var category))
            throw Unsupported($"'\\p{{{name}}}'");
        _at += match.Length;
        return $"\\{(negated != match.Groups["not"].Length > 0 ? 'P' : 'p')}{{{category}}}";
    }

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_source, _at, text, 0, text.Length) != 0)
            return false;
        _at += text.Length;
        return true;
    }

    private string Next() => _at < _source.Length ? _source[_at].ToString() : "";

    private TokenizationException Unsupported(string what) =>
        new($"the regular expression '{(_source.Length > 200 ? _source[..200] + "..." : _source)}' has {what}, which is not supported");
}
