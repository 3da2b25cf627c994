namespace Cohort.Tokenization.Jinja;

/// <summary>The tokens of a template with a place in them.</summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens)
{
    private int _next;

    /// <summary>The token at the place.</summary>
    public Token Current => tokens[_next];

    /// <summary>The one behind it.</summary>
    public Token Following => tokens[Math.Min(_next + 1, tokens.Count - 1)];

    /// <summary>Takes the current token.</summary>
    public Token Take() => tokens[_next < tokens.Count - 1 ? _next++ : _next];

    /// <summary>Takes the current token if it is this operator.</summary>
    public bool SkipOperator(string text) => Skip(Current.IsOperator(text));

    /// <summary>Takes the current token if it is this keyword.</summary>
    public bool SkipName(string text) => Skip(Current.IsName(text));

    /// <summary>Takes a token that must be this operator.</summary>
    public Token ExpectOperator(string text) => Current.IsOperator(text) ? Take() : throw Expected($"'{text}'");

    /// <summary>Takes a token that must be this keyword.</summary>
    public Token ExpectName(string text) => Current.IsName(text) ? Take() : throw Expected($"'{text}'");

    /// <summary>Takes a token that must be of this kind.</summary>
    public Token Expect(TokenKind kind, string description) => Current.Kind == kind ? Take() : throw Expected(description);

    /// <summary>The error that something else was expected here.</summary>
    public JinjaException Expected(string description) => new($"expected {description}, found {Current}", Current.Line);

    private bool Skip(bool matches)
    {
        if (matches)
            Take();
        return matches;
    }
}
