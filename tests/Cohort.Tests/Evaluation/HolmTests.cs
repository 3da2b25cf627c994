using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class HolmTests
{
    [Fact]
    public void It_matches_a_hand_computed_correction()
    {
        // Sorted 0.01, 0.02, 0.03, 0.6, times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.6.
        Assert.Equal([0.06, 0.04, 0.6, 0.06], Holm.Adjust([0.03, 0.01, 0.6, 0.02]).Select(p => Math.Round(p, 12)));
    }

    [Fact]
    public void A_smaller_product_later_on_is_raised_to_the_one_before()
    {
        // 0.021, 0.022 and 0.04, times 3, 2, 1: 0.063, then 0.044 and 0.04 are raised.
        Assert.Equal([0.063, 0.063, 0.063], Holm.Adjust([0.021, 0.022, 0.04]).Select(p => Math.Round(p, 12)));
    }

    [Fact]
    public void No_adjusted_value_is_above_1() => Assert.Equal([1, 1], Holm.Adjust([0.7, 0.9]));

    [Fact]
    public void A_test_without_p_value_stays_so_and_does_not_count() =>
        Assert.Equal([0.04, double.NaN, 0.3], Holm.Adjust([0.02, double.NaN, 0.3]));

    [Fact]
    public void What_is_no_probability_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Holm.Adjust([0.4, 1.2]));
}
