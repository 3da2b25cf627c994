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
    public void Reduction_is_the_hand_computed_number(Reduction reduction, double expected)
    {
        using var scope = NewDisposeScope();
        var share = TokenLoss.Share(Numbers.Rows(PerToken), Numbers.Mask(Counting), reduction, new(Responses: 3, Tokens: 6, FixedLength: 8));
        Numbers.Same([expected], share, Tolerances.HandComputed);
    }

    [Theory]
    [InlineData(Reduction.ResponseMean)]
    [InlineData(Reduction.TokenMean)]
    [InlineData(Reduction.FixedLength)]
    public void Micro_batches_add_up_to_the_gradient_of_the_whole(Reduction reduction)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (7, 9);
        var values = tensor(Enumerable.Range(0, rows * columns).Select(i => Math.Sin(i * 1.7) + (0.3 * Math.Cos(i))).ToArray(), [rows, columns]);
        var lengths = new[] { 4, 9, 1, 6, 3, 9, 2 };
        var mask = Numbers.Mask(lengths.Select(length => new string('x', length).PadRight(columns, '.')).ToArray());
        var totals = new StepTotals(rows, lengths.Sum(), 12);
        var whole = Numbers.Gradient(values, at => TokenLoss.Share(at.exp(), mask, reduction, totals));
        foreach (var size in new[] { 1, 2, 3, 5 })
        {
            var parts = Numbers.Gradient(values, at =>
            {
                var sum = zeros(1, ScalarType.Float64);
                for (var first = 0; first < rows; first += size)
                {
                    var count = Math.Min(size, rows - first);
                    sum += TokenLoss.Share(at.narrow(0, first, count).exp(), mask.narrow(0, first, count), reduction, totals);
                }

                return sum.sum();
            });
            Numbers.Same(whole, parts, Tolerances.Float64);
        }
    }

    [Theory]
    [InlineData(Reduction.ResponseMean, new[] { 0.1111111, 0.1111111, 0.1111111, 0, 0, 0.3333333, 0, 0, 0, 0, 0.1666667, 0.1666667, 0, 0, 0, 0 })]
    [InlineData(Reduction.TokenMean, new[] { 0.1666667, 0.1666667, 0.1666667, 0, 0, 0.1666667, 0, 0, 0, 0, 0.1666667, 0.1666667, 0, 0, 0, 0 })]
    [InlineData(Reduction.FixedLength, new[] { 0.0416667, 0.0416667, 0.0416667, 0, 0, 0.0416667, 0, 0, 0, 0, 0.0416667, 0.0416667, 0, 0, 0, 0 })]
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
}
