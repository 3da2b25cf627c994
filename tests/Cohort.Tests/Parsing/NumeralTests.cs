using Cohort.Parsing;
using FsCheck;
using FsCheck.Fluent;

namespace Cohort.Tests.Parsing;

public sealed class NumeralTests
{
    [Theory]
    [InlineData("42", 42)]
    [InlineData("-42", -42)]
    [InlineData("007", 7)]
    [InlineData("-0", 0)]
    [InlineData("999999999999999999", 999_999_999_999_999_999)]
    public void Integers_are_read_exactly(string text, long expected)
    {
        Assert.True(Numeral.TryParseInteger(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--3")]
    [InlineData("+3")]
    [InlineData(" 3")]
    [InlineData("3.0")]
    [InlineData("1,000")]
    [InlineData("1e3")]
    [InlineData("٣")]
    [InlineData("３")]
    [InlineData("3\0")]
    [InlineData("1000000000000000000")]
    public void Anything_else_is_no_integer(string text)
    {
        Assert.False(Numeral.TryParseInteger(text, out var value));
        Assert.Equal(0, value);
    }

    [Theory]
    [InlineData("42", "42")]
    [InlineData("-3.25", "-3.25")]
    [InlineData("+3.25", "3.25")]
    [InlineData(".5", "0.5")]
    [InlineData("1,234", "1234")]
    [InlineData("-12,345,678.90", "-12345678.9")]
    [InlineData("0.1234567890123456789012345678", "")]
    [InlineData("0.123456789012345678901234567", "0.123456789012345678901234567")]
    [InlineData("9,999,999,999,999,999,999,999,999,999", "9999999999999999999999999999")]
    [InlineData("", "")]
    [InlineData("5.", "")]
    [InlineData(".", "")]
    [InlineData("-", "")]
    [InlineData("1,23", "")]
    [InlineData("1234,567", "")]
    [InlineData(",123", "")]
    [InlineData("1,,234", "")]
    [InlineData("1,234,", "")]
    [InlineData("1.2.3", "")]
    [InlineData("1.234,5", "")]
    [InlineData("1e5", "")]
    [InlineData("$5", "")]
    [InlineData("5-", "")]
    [InlineData("(5)", "")]
    [InlineData("1 000", "")]
    [InlineData("−5", "")]
    [InlineData("٣", "")]
    [InlineData("10000000000000000000000000000", "")]
    public void Decimals_are_read_exactly_or_not_at_all(string text, string expected)
    {
        var isNumber = Numeral.TryParseDecimal(text, out var value);

        Assert.Equal(expected != "", isNumber);
        Assert.Equal(expected == "" ? 0 : decimal.Parse(expected), value);
    }

    [Fact]
    public void Every_64_bit_decimal_comes_back()
    {
        Prop.ForAll<long, byte>((number, scale) =>
        {
            var expected = new decimal((int)number, (int)(number >> 32), 0, number < 0, (byte)(scale % 9));
            return Numeral.TryParseDecimal($"{expected}", out var value) && value == expected
                && Numeral.TryParseDecimal($"{expected:#,0.#########}", out var grouped) && grouped == expected;
        }).QuickCheckThrowOnFailure();
    }
}
