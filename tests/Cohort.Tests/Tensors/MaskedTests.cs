using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class MaskedTests
{
    private static readonly double[][] Values = [[0.5, double.NaN, 2.25], [double.PositiveInfinity, -1.5, double.NegativeInfinity]];
    private static readonly string[] Counting = ["x.x", ".x."];

    [Fact]
    public void What_does_not_count_is_zero_even_where_it_is_no_number()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([0.5, 0, 2.25, 0, -1.5, 0], Masked.Zero(Numbers.Rows(Values), Numbers.Mask(Counting)), 0);
    }

    [Fact]
    public void Sum_and_mean_are_those_of_what_counts()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([1.25], Masked.Sum(Numbers.Rows(Values), Numbers.Mask(Counting)), 0);
        Numbers.Same([0.4166667], Masked.Mean(Numbers.Rows(Values), Numbers.Mask(Counting)), Tolerances.HandComputed);
    }

    [Fact]
    public void Mean_of_nothing_is_zero()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([0], Masked.Mean(Numbers.Rows(Values), Numbers.Mask("...", "...")), 0);
        Numbers.Same(new double[6], Masked.Normalize(Numbers.Rows(Values), Numbers.Mask("...", "...")), 0);
    }

    // Mean 5/12, squared distances 0.0069444, 3.3611111, 3.6736111, deviation of the population sqrt(7.0416667 / 3) = 1.5320647.
    [Fact]
    public void Normalized_values_have_mean_0_and_deviation_1_over_what_counts()
    {
        using var scope = NewDisposeScope();
        var normalized = Masked.Normalize(Numbers.Rows(Values), Numbers.Mask(Counting), epsilon: 0.25);
        Numbers.Same([0.0467622, 0, 1.0287692, 0, -1.0755315, 0], normalized, Tolerances.HandComputed);
    }

    [Fact]
    public void Equal_values_are_normalized_to_zero_however_their_mean_rounds()
    {
        using var scope = NewDisposeScope();
        foreach (var value in new[] { 0.1, 0.7, 1 / 3.0, 12345.678 })
        {
            var equal = full([7, 9], value, ScalarType.Float32);
            Numbers.Same(new double[63], Masked.Normalize(equal, ones_like(equal, ScalarType.Bool)), 0);
            Numbers.Same(new double[63], Masked.Normalize(equal.to_type(ScalarType.Float64), ones_like(equal, ScalarType.Bool)), 0);
        }
    }

    // Deviation of the sample sqrt(7.0416667 / 2) = 1.8763883.
    [Fact]
    public void Sample_deviation_is_an_option_of_normalizing()
    {
        using var scope = NewDisposeScope();
        var normalized = Masked.Normalize(Numbers.Rows(Values), Numbers.Mask(Counting), epsilon: 0.25, correction: 1);
        Numbers.Same([0.0391901, 0, 0.8621818, 0, -0.9013719, 0], normalized, Tolerances.HandComputed);
        Assert.Equal(ScalarType.Float32, Masked.Normalize(Numbers.Rows(Values).to_type(ScalarType.Float32), Numbers.Mask(Counting)).dtype);
        Numbers.Same(new double[2], Masked.Normalize(Numbers.Row(0.7, 5), Numbers.Mask("x."), correction: 1), 0);
    }

    [Fact]
    public void Number_of_a_row_stands_on_each_token_that_counts()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([0.7, 0, 0.7, 0, -0.3, 0], Masked.Broadcast(tensor([0.7, -0.3]), Numbers.Mask(Counting)), 0);
        Assert.Equal(
            "rows has shape [3], expected [2]; nothing here broadcasts. (Parameter 'rows')",
            Assert.Throws<ArgumentException>(() => Masked.Broadcast(tensor([0.7, -0.3, 0.4]), Numbers.Mask(Counting))).Message);
    }

    [Fact]
    public void Gradient_outside_the_mask_is_zero()
    {
        using var scope = NewDisposeScope();
        var gradient = Numbers.Gradient(Numbers.Rows(Values), at => Masked.Mean(at, Numbers.Mask(Counting)));
        Numbers.Same([0.3333333, 0, 0.3333333, 0, 0.3333333, 0], gradient, Tolerances.HandComputed);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            "mask has shape [1,2], expected [2,3]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => Masked.Sum(Numbers.Rows(Values), Numbers.Mask("x."))).Message);
    }
}
