using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class PairwiseRankingLossTests
{
    // ln(1 + e^-1.2), ln(1 + e^0.7), and with a lead of 0.5 asked for: ln(1 + e^(0.5 - 1.2)).
    [Theory]
    [InlineData(1.5, 0.3, 0.0, 0.2632825, -0.2314752)]
    [InlineData(-0.4, 0.3, 0.0, 1.1031860, -0.6681878)]
    [InlineData(1.5, 0.3, 0.5, 0.4031860, -0.3318122)]
    [InlineData(900, -300, 0.0, 0.0, 0.0)]
    [InlineData(-300, 900, 0.0, 1200.0, -1.0)]
    public void Loss_and_gradient_are_the_hand_computed_numbers(double chosen, double rejected, double margin, double loss, double gradient)
    {
        using var scope = NewDisposeScope();
        var (better, worse, margins) = (tensor(new[] { chosen }), tensor(new[] { rejected }), tensor(new[] { margin }));
        Numbers.Same([loss], PairwiseRankingLoss.PerPair(better, worse, margins), Tolerances.HandComputed);
        Numbers.Same(
            [gradient], Numbers.Gradient(better, at => PairwiseRankingLoss.PerPair(at, worse, margins).sum()), Tolerances.HandComputed);
        Numbers.Same(
            [-gradient], Numbers.Gradient(worse, at => PairwiseRankingLoss.PerPair(better, at, margins).sum()), Tolerances.HandComputed);
    }

    // (1.5 + 0.3)² and (-0.4 - 0.7)², whose gradients are 2 · 1.8 and 2 · -1.1 for both scores alike.
    [Theory]
    [InlineData(1.5, 0.3, 3.24, 3.6)]
    [InlineData(-0.4, -0.7, 1.21, -2.2)]
    public void Centering_and_its_gradient_are_the_hand_computed_numbers(double chosen, double rejected, double loss, double gradient)
    {
        using var scope = NewDisposeScope();
        var (better, worse) = (tensor(new[] { chosen }), tensor(new[] { rejected }));
        Numbers.Same([loss], PairwiseRankingLoss.CenteringPerPair(better, worse), Tolerances.HandComputed);
        Numbers.Same([gradient], Numbers.Gradient(better, at => PairwiseRankingLoss.CenteringPerPair(at, worse).sum()), Tolerances.HandComputed);
        Numbers.Same([gradient], Numbers.Gradient(worse, at => PairwiseRankingLoss.CenteringPerPair(better, at).sum()), Tolerances.HandComputed);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var (two, one) = (tensor(new[] { 0.3, 0.4 }), tensor(new[] { 0.5 }));
        Assert.Equal(
            "rejected has shape [1], expected [2]; nothing here broadcasts. (Parameter 'rejected')",
            Assert.Throws<ArgumentException>(() => PairwiseRankingLoss.PerPair(two, one, two)).Message);
        Assert.Equal(
            "margins has shape [1], expected [2]; nothing here broadcasts. (Parameter 'margins')",
            Assert.Throws<ArgumentException>(() => PairwiseRankingLoss.PerPair(two, two, one)).Message);
        Assert.Equal(
            "rejected has shape [1], expected [2]; nothing here broadcasts. (Parameter 'rejected')",
            Assert.Throws<ArgumentException>(() => PairwiseRankingLoss.CenteringPerPair(two, one)).Message);
    }
}
