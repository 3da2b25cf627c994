namespace Cohort.Parsing;

/// <summary>
/// Recursive descent without exceptions: sum = product (('+' | '-') product)*, product = factor ('*' factor)*,
/// factor = number | '(' sum ')'. Every step consumes a character, so that the length bounds the time.
/// </summary>
internal ref struct ExpressionReader(ReadOnlySpan<char> text, ExpressionLimits limits)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _position;
    private int _operations;

    /// <summary>The numbers read so far.</summary>
    public List<long> Numbers { get; } = [];

    /// <summary>Whether only spaces are left.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipSpaces();
            return _position == _text.Length;
        }
    }

    /// <summary>Reads and computes a sum.</summary>
    public bool TrySum(int depth, out long value)
    {
        if (!TryProduct(depth, out value))
            return false;

        while (TryTake("+-", out var symbol))
        {
            if (!TryProduct(depth, out var right) || !TryCompute(symbol, right, ref value))
                return false;
        }

        return true;
    }

    private bool TryProduct(int depth, out long value)
    {
        if (!TryFactor(depth, out value))
            return false;

        while (TryTake("*", out var symbol))
        {
            if (!TryFactor(depth, out var right) || !TryCompute(symbol, right, ref value))
                return false;
        }

        return true;
    }

    private bool TryFactor(int depth, out long value)
    {
        if (TryTake("(", out _))
        {
            value = 0;
            return depth < limits.Depth && TrySum(depth + 1, out value) && TryTake(")", out _);
        }

        var start = _position;
        while (_position < _text.Length && char.IsAsciiDigit(_text[_position]))
            _position++;

        if (_position - start > limits.Digits || !Numeral.TryParseInteger(_text[start.._position], out value))
        {
            value = 0;
            return false;
        }

        Numbers.Add(value);
        return true;
    }

    private bool TryCompute(char symbol, long right, ref long value) =>
        ++_operations <= limits.Operations && ExactArithmetic.TryApply(symbol, value, right, out value);

    // Takes the next character past spaces where it is one of these.
    private bool TryTake(ReadOnlySpan<char> symbols, out char symbol)
    {
        SkipSpaces();
        symbol = _position < _text.Length ? _text[_position] : '\0';
        var isTaken = _position < _text.Length && symbols.Contains(symbol);
        _position += isTaken ? 1 : 0;
        return isTaken;
    }

    private void SkipSpaces()
    {
        while (_position < _text.Length && _text[_position] == ' ')
            _position++;
    }
}
