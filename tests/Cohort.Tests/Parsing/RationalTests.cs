using Cohort.Parsing;
using FsCheck;
using FsCheck.Fluent;

namespace Cohort.Tests.Parsing;

public sealed class RationalTests
{
    [Fact]
    public void Fractions_are_kept_in_lowest_terms()
    {
        Assert.True(Rational.TryDivide(Rational.Of(-6), Rational.Of(-8), out var value));
        Assert.Equal(((Int128)3, (Int128)4), (value.Numerator, value.Denominator));
        Assert.Equal(Rational.Of(0.75m), value);
        Assert.Equal(Rational.Of(0), Rational.Of(-0.00m));
    }

    [Fact]
    public void Largest_is_a_one_with_37_zeros() => Assert.Equal("1" + new string('0', 37), Rational.Largest.ToString());

    [Fact]
    public void What_does_not_fit_has_no_value()
    {
        var large = Rational.Of(9_999_999_999_999_999_999_999_999_999m);
        Assert.False(Rational.TryMultiply(large, large, out _));
        Assert.False(Rational.TryPower(Rational.Of(2), Rational.Of(123), out _));
        Assert.True(Rational.TryPower(Rational.Of(2), Rational.Of(122), out var power));
        Assert.Equal((Int128)1 << 122, power.Numerator);
        Assert.False(Rational.TryPower(Rational.Of(1), Rational.Of(129), out _));
        Assert.False(Rational.TryPower(Rational.Of(4), Rational.Of(0.5m), out _));
        Assert.False(Rational.TryPower(Rational.Of(0), Rational.Of(0), out _));
        Assert.False(Rational.TryDivide(large, Rational.Of(0), out _));
        Assert.True(Rational.TryDivide(Rational.Of(1), large, out var small));
        Assert.False(Rational.TryDivide(small, large, out _));
    }

    [Fact]
    public void Sums_and_quotients_are_those_of_integers()
    {
        Prop.ForAll<int, int, int>((a, b, c) =>
        {
            var divisor = c == 0 ? 3 : c;
            return Rational.TryDivide(Rational.Of(a), Rational.Of(divisor), out var left)
                && Rational.TryDivide(Rational.Of(b), Rational.Of(divisor), out var right)
                && Rational.TryAdd(left, right, out var sum)
                && Rational.TryMultiply(sum, Rational.Of(divisor), out var whole)
                && whole == Rational.Of((decimal)a + b);
        }).QuickCheckThrowOnFailure();
    }
}
