using System.Text.RegularExpressions;

namespace Cohort.Tokenization.Jinja;

/// <summary>
/// Cuts a template into tokens as Jinja 3.1 does with trim_blocks and lstrip_blocks: a block tag or comment takes the newline behind it and the
/// spaces before it on its line; '-' takes all whitespace on its side, '+' none.
/// </summary>
internal sealed partial class Lexer
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private bool _isLineStart = true;

    private Lexer(string source) => _source = source;

    /// <summary>The tokens of a template, the last of which is its end.</summary>
    /// <exception cref="JinjaException">A tag or literal does not end, or a character has no meaning.</exception>
    public static IReadOnlyList<Token> Read(string template)
    {
        var source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new Lexer(source.EndsWith('\n') ? source[..^1] : source);
        while (lexer._position < lexer._source.Length)
            lexer.ReadDataAndTag();
        lexer.Add(TokenKind.End, "");
        return lexer._tokens;
    }

    private void ReadDataAndTag()
    {
        var begin = _position;
        var tag = NextTag(begin);
        if (tag < 0)
        {
            Add(TokenKind.Data, _source[begin..]);
            Advance(_source.Length);
            return;
        }

        var kind = _source[tag + 1];
        var sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : ' ';
        Add(TokenKind.Data, LeftTrimmed(_source[begin..tag], sign, kind != '{'));
        Advance(tag);
        _isLineStart = false;
        var raw = kind == '%' ? RawBegin().Match(_source, tag) : Match.Empty;
        if (raw.Success)
            ReadRaw(raw);
        else if (kind == '#')
            ReadComment(tag + (sign == ' ' ? 2 : 3));
        else
            ReadTag(kind == '{', tag + (sign == ' ' ? 2 : 3));
    }

    private int NextTag(int from)
    {
        for (var at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        return -1;
    }

    private string LeftTrimmed(string text, char sign, bool isBlock)
    {
        if (sign == '-')
            return Texts.TrimEnd(text);
        var line = text.LastIndexOf('\n') + 1;
        return sign != '+' && isBlock && (line > 0 || _isLineStart) && text.AsSpan(line).TrimEnd(Texts.Spaces).IsEmpty ? text[..line] : text;
    }

    private void ReadComment(int from)
    {
        var end = _source.IndexOf("#}", from, StringComparison.Ordinal);
        if (end < 0)
            throw new JinjaException("a comment does not end with '#}'", _line);
        AdvanceBehindTag(end + 2, end > from ? _source[end - 1] : ' ', takesNewline: true);
    }

    private void ReadRaw(Match begin)
    {
        Advance(begin.Index + begin.Length);
        var end = RawEnd().Match(_source, _position);
        if (!end.Success)
            throw new JinjaException("'raw' has no 'endraw'", _line);
        var sign = end.Groups[1].Value is [var first] ? first : ' ';
        _isLineStart = _source[_position - 1] == '\n';
        Add(TokenKind.Data, LeftTrimmed(_source[_position..end.Index], sign, isBlock: true));
        AdvanceBehindTag(end.Index + end.Length, end.Groups[2].Value is [var last] ? last : ' ', takesNewline: true);
    }

    private void ReadTag(bool isVariable, int from)
    {
        Add(isVariable ? TokenKind.VariableBegin : TokenKind.BlockBegin, isVariable ? "{{" : "{%");
        var (begun, close) = (_line, isVariable ? "}}" : "%}");
        var open = new Stack<char>();
        Advance(from);
        while (true)
        {
            if (_position >= _source.Length)
                throw new JinjaException($"a tag does not end with '{close}'", begun);
            var sign = _source[_position] == '-' || (_source[_position] == '+' && !isVariable) ? _source[_position] : ' ';
            var end = _position + (sign == ' ' ? 0 : 1);
            if (open.Count == 0 && string.CompareOrdinal(_source, end, close, 0, 2) == 0)
            {
                Add(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, close);
                AdvanceBehindTag(end + 2, sign, takesNewline: !isVariable);
                return;
            }

            ReadToken(open);
        }
    }

    private void ReadToken(Stack<char> open)
    {
        if (Space().Match(_source, _position) is { Success: true } space)
            Advance(_position + space.Length);
        else if (Float().Match(_source, _position) is { Success: true } real)
            Take(TokenKind.Float, real.Value, real.Length);
        else if (Integer().Match(_source, _position) is { Success: true } integer)
            Take(TokenKind.Integer, integer.Value, integer.Length);
        else if (Name().Match(_source, _position) is { Success: true } name)
            Take(TokenKind.Name, name.Value, name.Length);
        else if (_source[_position] is '\'' or '"')
            ReadText();
        else
            ReadOperator(open);
    }

    private void ReadText()
    {
        var end = _position + 1;
        while (end < _source.Length && _source[end] != _source[_position])
            end += _source[end] == '\\' ? 2 : 1;
        if (end >= _source.Length)
            throw new JinjaException("a string does not end", _line);
        Take(TokenKind.Text, Escapes.Read(_source[(_position + 1)..end], _line), end + 1 - _position);
    }

    private void ReadOperator(Stack<char> open)
    {
        var text = Array.Find(Operators, o => string.CompareOrdinal(_source, _position, o, 0, o.Length) == 0)
            ?? throw new JinjaException($"the character '{_source[_position]}' has no meaning in a tag", _line);
        if (text is "(" or "[" or "{")
            open.Push(text[0]);
        else if (text is ")" or "]" or "}"
            && (!open.TryPop(out var opened) || "([{".IndexOf(opened, StringComparison.Ordinal) != ")]}".IndexOf(text[0], StringComparison.Ordinal)))
            throw new JinjaException($"'{text}' closes nothing that is open", _line);
        Take(TokenKind.Operator, text, text.Length);
    }

    private void Take(TokenKind kind, string text, int length)
    {
        Add(kind, text);
        Advance(_position + length);
    }

    private void AdvanceBehindTag(int end, char sign, bool takesNewline)
    {
        Advance(end);
        if (sign == '-')
            Advance(_position + Space().Match(_source, _position).Length);
        else if (sign != '+' && takesNewline && _position < _source.Length && _source[_position] == '\n')
            Advance(_position + 1);
        _isLineStart = _source[_position - 1] == '\n';
    }

    private void Advance(int to)
    {
        _line += _source.AsSpan(_position, to - _position).Count('\n');
        _position = to;
    }

    private void Add(TokenKind kind, string text)
    {
        if (kind != TokenKind.Data || text.Length > 0)
            _tokens.Add(new(kind, text, _line));
    }

    [GeneratedRegex(@"\G[\s\x1c-\x1f]+")]
    private static partial Regex Space();

    [GeneratedRegex(@"\G(?<!\.)(?:[0-9]+_)*[0-9]+(?:(?:\.(?:[0-9]+_)*[0-9]+)?[eE][+\-]?(?:[0-9]+_)*[0-9]+|\.(?:[0-9]+_)*[0-9]+)")]
    private static partial Regex Float();

    [GeneratedRegex(@"\G(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*)")]
    private static partial Regex Integer();

    [GeneratedRegex(@"\G\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\G\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})")]
    private static partial Regex RawBegin();

    [GeneratedRegex(@"\{%([-+]?)\s*endraw\s*([-+]?)%\}")]
    private static partial Regex RawEnd();
}
