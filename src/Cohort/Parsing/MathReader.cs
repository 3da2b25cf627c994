namespace Cohort.Parsing;

/// <summary>
/// Recursive descent without exceptions: sum = product (('+' | '-') product)*, product = signed (('*' | '/') signed)*,
/// signed = ('+' | '-')* power, power = atom ('^' signed)?, atom = number '%'? | '(' sum ')' | '{' sum '}' | '\frac' part part,
/// part = digit | '{' sum '}'. A number's thousands may be separated as <see cref="LatexThousands"/> says.
/// Every step consumes a character, so that the length bounds the time.
/// </summary>
internal ref struct MathReader(ReadOnlySpan<char> text)
{
    private static readonly string[] Ignored = [" ", "\\left", "\\right", "\\,", "\\;", "\\!", "\\ "];
    private static readonly string[] Fractions = ["\\frac", "\\dfrac", "\\tfrac"];
    private static readonly string[] Plus = ["+"], Minus = ["-", "\u2212"], Power = ["^"], Percent = ["%", "\\%"];
    private static readonly string[] Times = ["*", "\\cdot", "\\times", "\u00D7", "\u00B7"], By = ["/", "\\div", "\u00F7"];
    private static readonly string[] Open = ["("], Close = [")"], OpenGroup = ["{"], CloseGroup = ["}"];

    private ReadOnlySpan<char> _rest = text;

    /// <summary>Whether nothing is left but spaces.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipIgnored();
            return _rest.IsEmpty;
        }
    }

    /// <summary>Reads and computes a sum.</summary>
    public bool TrySum(int depth, out Rational value)
    {
        if (!TryProduct(depth, out value))
            return false;

        while (true)
        {
            var isMinus = TryTake(Minus);
            if (!isMinus && !TryTake(Plus))
                return true;

            if (!TryProduct(depth, out var right) || !Rational.TryAdd(value, isMinus ? -right : right, out value))
                return false;
        }
    }

    private bool TryProduct(int depth, out Rational value)
    {
        if (!TrySigned(depth, out value))
            return false;

        while (true)
        {
            var isDivision = TryTake(By);
            if (!isDivision && !TryTake(Times))
                return true;

            var fits = TrySigned(depth, out var right)
                && (isDivision ? Rational.TryDivide(value, right, out value) : Rational.TryMultiply(value, right, out value));
            if (!fits)
                return false;
        }
    }

    private bool TrySigned(int depth, out Rational value)
    {
        var isNegative = false;
        while (true)
        {
            if (TryTake(Minus))
                isNegative = !isNegative;
            else if (!TryTake(Plus))
                break;
        }

        var isPower = TryPower(depth, out value);
        value = isNegative ? -value : value;
        return isPower;
    }

    private bool TryPower(int depth, out Rational value)
    {
        if (!TryAtom(depth, out value))
            return false;

        return !TryTake(Power)
            || (depth < MathExpression.MaxDepth && TrySigned(depth + 1, out var exponent) && Rational.TryPower(value, exponent, out value));
    }

    private bool TryAtom(int depth, out Rational value)
    {
        if (TryTake(Fractions))
        {
            value = default;
            return TryPart(depth, out var above) && TryPart(depth, out var below) && Rational.TryDivide(above, below, out value);
        }

        // Brackets that are opened must be closed: what is inside is no number of its own.
        SkipIgnored();
        return _rest.StartsWith("(") ? TryBracketed(Open, Close, depth, out value)
            : _rest.StartsWith("{") ? TryBracketed(OpenGroup, CloseGroup, depth, out value)
            : TryNumber(out value);
    }

    private bool TryPart(int depth, out Rational value)
    {
        SkipIgnored();
        if (_rest.IsEmpty || !char.IsAsciiDigit(_rest[0]))
            return TryBracketed(OpenGroup, CloseGroup, depth, out value);

        value = Rational.Of(_rest[0] - '0');
        _rest = _rest[1..];
        return true;
    }

    private bool TryBracketed(string[] open, string[] close, int depth, out Rational value)
    {
        value = default;
        return depth < MathExpression.MaxDepth && TryTake(open) && TrySum(depth + 1, out value) && TryTake(close);
    }

    private bool TryNumber(out Rational value)
    {
        SkipIgnored();
        value = default;
        Span<char> number = stackalloc char[Numeral.MaxDecimalLength];
        var (length, end) = (0, 0);
        while (end < _rest.Length)
        {
            var separator = end > 0 && char.IsAsciiDigit(_rest[end - 1]) ? LatexThousands.LengthAtStart(_rest[end..]) : 0;
            var letter = separator > 0 ? ',' : _rest[end];
            if (!char.IsAsciiDigit(letter) && letter is not ('.' or ','))
                break;
            if (length == number.Length)
                return false;

            number[length++] = letter;
            end += Math.Max(1, separator);
        }

        if (!Numeral.TryParseDecimal(number[..length], out var read))
            return false;

        _rest = _rest[end..];
        value = Rational.Of(read);
        return !TryTake(Percent) || Rational.TryDivide(value, Rational.Of(100), out value);
    }

    private bool TryTake(string[] symbols)
    {
        SkipIgnored();
        return TryDrop(symbols);
    }

    private void SkipIgnored()
    {
        while (TryDrop(Ignored))
        {
        }
    }

    private bool TryDrop(string[] symbols)
    {
        foreach (var symbol in symbols)
        {
            if (_rest.StartsWith(symbol, StringComparison.Ordinal))
            {
                _rest = _rest[symbol.Length..];
                return true;
            }
        }

        return false;
    }
}
