using System.Diagnostics;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class TokenLossTests
{
    // Means of the responses: 0.5, 0.8, 1.5; sums: 1.5, 0.8, 3.0.
    private static readonly double[][] PerToken =
    [
        [0.2, 0.3, 1.0, double.NaN],
        [9.0, 0.8, double.NaN, 7.0],
        [double.PositiveInfinity, 6.0, 1.4, 1.6],
        [5.0, double.NaN, 3.0, 2.0],
    ];

    private static readonly string[] Counting = ["xxx.", ".x..", "..xx", "...."];

    [Theory]
    [InlineData(Reduction.ResponseMean, 0.9333333)] // (0.5 + 0.8 + 1.5) / 3: the last row has no token that counts
    [InlineData(Reduction.TokenMean, 0.8833333)]    // 5.3 / 6
    [InlineData(Reduction.FixedLength, 0.2208333)]  // 5.3 / (3 * 8)
    [InlineData(Reduction.ResponseSum, 1.7666667)]  // (1.5 + 0.8 + 3) / 3
    [InlineData(Reduction.Sum, 5.3)]
    public void Reduction_is_the_hand_computed_number(Reduction reduction, double expected)
    {
        using var scope = NewDisposeScope();
        var share = TokenLoss.Share(Numbers.Rows(PerToken), Numbers.Mask(Counting), reduction, new(Responses: 3, Tokens: 6, FixedLength: 8));
        Numbers.Same([expected], share, Tolerances.HandComputed);
    }

    // Rows in any order, in micro-batches of any sizes, with padding columns added: the tolerance is relative to the gradient's norm.
    [Theory]
    [InlineData(ScalarType.Float64, Tolerances.Float64)]
    [InlineData(ScalarType.Float32, Tolerances.Float32Gradient)]
    public void Micro_batches_add_up_to_the_gradient_of_the_whole(ScalarType type, double tolerance)
    {
        foreach (var reduction in Enum.GetValues<Reduction>())
            RequireSplitsAgree(reduction, type, tolerance);
    }

    [Theory]
    [InlineData(Reduction.ResponseMean, new[] { 0.1111111, 0.1111111, 0.1111111, 0, 0, 0.3333333, 0, 0, 0, 0, 0.1666667, 0.1666667, 0, 0, 0, 0 })]
    [InlineData(Reduction.TokenMean, new[] { 0.1666667, 0.1666667, 0.1666667, 0, 0, 0.1666667, 0, 0, 0, 0, 0.1666667, 0.1666667, 0, 0, 0, 0 })]
    [InlineData(Reduction.FixedLength, new[] { 0.0416667, 0.0416667, 0.0416667, 0, 0, 0.0416667, 0, 0, 0, 0, 0.0416667, 0.0416667, 0, 0, 0, 0 })]
    [InlineData(Reduction.ResponseSum, new[] { 0.3333333, 0.3333333, 0.3333333, 0, 0, 0.3333333, 0, 0, 0, 0, 0.3333333, 0.3333333, 0, 0, 0, 0 })]
    [InlineData(Reduction.Sum, new[] { 1.0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0 })]
    public void Gradient_is_each_tokens_weight_and_zero_outside_the_mask(Reduction reduction, double[] expected)
    {
        using var scope = NewDisposeScope();
        var gradient = Numbers.Gradient(
            Numbers.Rows(PerToken), at => TokenLoss.Share(at, Numbers.Mask(Counting), reduction, new(Responses: 3, Tokens: 6, FixedLength: 8)));
        Numbers.Same(expected, gradient, Tolerances.HandComputed);
    }

    [Fact]
    public void A_part_without_counting_tokens_adds_nothing()
    {
        using var scope = NewDisposeScope();
        foreach (var reduction in Enum.GetValues<Reduction>())
            Numbers.Same([0], TokenLoss.Share(Numbers.Row(0.7, 0.9), Numbers.Mask(".."), reduction, new(0, 0, 0)), 0);
    }

    [Fact]
    public void A_reduction_that_is_none_is_a_bug()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<UnreachableException>(() => TokenLoss.Share(Numbers.Row(0.7), Numbers.Mask("x"), (Reduction)17, new(1, 1, 1)));
    }

    [Fact]
    public void Next_token_loss_of_nothing_is_zero()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([0], NextTokenLoss.Share(zeros(0, ScalarType.Float64), stepTokens: 0), 0);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var totals = new StepTotals(2, 3, 4);
        Assert.Equal(
            "mask has shape [2,1], expected [1,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(
                () => TokenLoss.Share(Numbers.Row(0.7, 0.9), Numbers.Mask("x", "x"), Reduction.TokenMean, totals)).Message);
        Assert.Equal(
            "mask is Float64, expected Bool, where true counts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(
                () => TokenLoss.Share(Numbers.Row(0.7, 0.9), Numbers.Row(0.2, 0.3), Reduction.TokenMean, totals)).Message);
    }

    [Fact]
    public void Next_token_loss_divides_by_the_whole_steps_tokens()
    {
        using var scope = NewDisposeScope();
        var share = NextTokenLoss.Share(tensor(new[] { -0.4, -1.3, -0.7 }), stepTokens: 8);
        Numbers.Same([0.3], share, Tolerances.Float64);
    }

    private static void RequireSplitsAgree(Reduction reduction, ScalarType type, double tolerance)
    {
        var random = new Random(20250613);
        for (var trial = 0; trial < 20; trial++)
        {
            using var scope = NewDisposeScope();
            var (rows, columns, padding) = (random.Next(2, 9), random.Next(1, 10), random.Next(3));
            var values = tensor(Enumerable.Range(0, rows * columns).Select(_ => (3 * random.NextDouble()) - 1.5).ToArray(), [rows, columns]).to_type(type);
            var mask = tensor(Enumerable.Range(0, rows * columns).Select(_ => random.Next(3) > 0).ToArray(), [rows, columns]);
            var totals = new StepTotals(mask.any(1).sum().item<long>(), mask.sum().item<long>(), 12);
            var order = Enumerable.Range(0, rows).Select(row => (long)row).OrderBy(_ => random.Next()).ToArray();
            var whole = Numbers.Gradient(values, at => TokenLoss.Share(at.exp(), mask, reduction, totals));
            var parts = Numbers.Gradient(values, at =>
            {
                var sum = zeros(1, type);
                for (var first = 0; first < rows;)
                {
                    var taken = tensor(order[first..Math.Min(rows, first + random.Next(1, rows + 1))]);
                    sum += TokenLoss.Share(Padded(at.index_select(0, taken).exp()), Padded(mask.index_select(0, taken)), reduction, totals);
                    first += (int)taken.shape[0];
                }

                return sum.sum();
            });
            Numbers.Same(whole, parts, tolerance * whole.norm().to_type(ScalarType.Float64).item<double>());

            Tensor Padded(Tensor part) => nn.functional.pad(part, [0, padding]);
        }
    }
}
