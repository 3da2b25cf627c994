using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

/// <summary>The gradient of each loss against central differences in float64, with respect to logits, log-probabilities or values.</summary>
public sealed class LossGradientTests
{
    private const double Step = 1e-5;

    private static readonly Tensor Logits = Kept(Numbers.Rows(
        [0.4, -0.9, 1.3, 0.2], [1.1, 0.3, -0.6, 0.9], [-1.4, 0.8, 0.5, -0.3], [0.7, 1.6, -0.2, -1.1], [0.6, -0.4, 0.1, 2.1], [-0.8, 0.2, 1.7, 0.5]));

    private static readonly Tensor Reference = Kept(TokenLogProbs.Distribution((Logits * -0.6) + 0.2, temperature: 1));
    private static readonly Tensor Targets = Kept(tensor(new long[] { 2, 0, 3, 1, 3, 2 }));
    private static readonly Tensor Mask = Kept(Numbers.Mask("xx.", ".xx"));
    private static readonly Tensor Values = Kept(Numbers.Rows([0.3, 1.5, -0.4], [0.9, -1.2, 0.6]));
    private static readonly Tensor OldValues = Kept(Numbers.Rows([0.2, 0.9, -0.1], [0.4, -1.3, 1.1]));
    private static readonly Tensor Returns = Kept(Numbers.Rows([0.7, 2.0, 0.5], [-0.3, -0.8, 1.7]));

    public static TheoryData<string, Func<Tensor, Tensor>> OfLogits
    {
        get
        {
            var data = new TheoryData<string, Func<Tensor, Tensor>>
            {
                { "Entropy", logits => Entropy.PerToken(Distribution(logits)) },
                { "SumOfSquares", logits => TokenLogProbs.SumOfSquares(Distribution(logits)) },
                { "Exact", logits => KlEstimators.Exact(Distribution(logits), Reference) },
                { "Exact, forward", logits => KlEstimators.Exact(Reference, Distribution(logits)) },
                { "NextTokenLoss", logits => NextTokenLoss.Share(LogProbs(logits).flatten(), 11) },
            };
            foreach (var estimator in Enum.GetValues<KlEstimator>().Where(estimator => estimator != KlEstimator.Exact))
                data.Add($"PerToken {estimator}", logits => KlEstimators.PerToken(estimator, LogProbs(logits), RefLogProbs()));
            foreach (var estimator in new[] { KlEstimator.K1, KlEstimator.K3, KlEstimator.PlainK3 })
                data.Add($"Weighted {estimator}", logits => KlEstimators.Weighted(
                    estimator, LogProbs(logits), RefLogProbs(), ImportanceRatio.PerToken(LogProbs(logits), RefLogProbs() + 0.3)));
            foreach (var reduction in Enum.GetValues<Reduction>())
                data.Add($"TokenLoss {reduction}", logits => TokenLoss.Share(LogProbs(logits).exp(), Mask, reduction, new(2, 4, 5)));
            return data;
        }
    }

    public static TheoryData<string, Func<Tensor, Tensor>> OfValues => new()
    {
        { "clipped", values => ClippedValueLoss.PerToken(values, OldValues, Returns, 0.25) },
        { "unclipped", values => ClippedValueLoss.PerToken(values, OldValues, Returns, double.PositiveInfinity) },
        { "chosen", scores => PairwiseRankingLoss.PerPair(scores, OldValues, Returns) },
        { "rejected", scores => PairwiseRankingLoss.PerPair(OldValues, scores, Returns) },
        { "next state", kl => KlEstimators.OfNextState(kl, Mask) },
    };

    [Theory]
    [MemberData(nameof(OfLogits))]
    public void Gradient_to_logits_is_the_difference_quotient(string name, Func<Tensor, Tensor> function) => Check(name, Logits, function);

    [Theory]
    [MemberData(nameof(OfValues))]
    public void Gradient_to_values_is_the_difference_quotient(string name, Func<Tensor, Tensor> function) => Check(name, Values, function);

    // The weight is held fixed: the difference quotient is that of k2 under the weight at the point.
    [Fact]
    public void Gradient_of_weighted_k2_holds_the_weight_fixed()
    {
        using var scope = NewDisposeScope();
        var at = LogProbs(Logits);
        var weight = ImportanceRatio.PerToken(at, OldValues);
        var gradient = Numbers.Gradient(at, logProbs => KlEstimators.Weighted(
            KlEstimator.K2, logProbs, RefLogProbs(), ImportanceRatio.PerToken(logProbs, OldValues)).sum());
        var expected = Quotients(at, logProbs => (weight * (logProbs - RefLogProbs()).square() / 2).sum());
        Numbers.Same(expected, gradient, 1e-8);
    }

    private static void Check(string name, Tensor at, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        var shape = function(at).shape;
        var weights = (arange(1, shape.Aggregate(1L, (product, size) => product * size) + 1, ScalarType.Float64).view(shape) * 0.7).cos();
        var gradient = Numbers.Gradient(at, point => (weights * function(point)).sum());
        Assert.True(gradient.abs().max().item<double>() > 0.01, name);
        Numbers.Same(Quotients(at, point => (weights * function(point)).sum()), gradient, 1e-8);
    }

    // (f(x + h) - f(x - h)) / 2h, entry by entry.
    private static Tensor Quotients(Tensor at, Func<Tensor, Tensor> function)
    {
        var count = (int)at.numel();
        var quotients = Enumerable.Range(0, count).Select(entry => (Moved(entry, Step) - Moved(entry, -Step)) / (2 * Step)).ToArray();
        return tensor(quotients, at.shape);

        double Moved(int entry, double by)
        {
            using var scope = NewDisposeScope();
            var direction = zeros(count, ScalarType.Float64);
            direction[entry] = by;
            return function(at.detach() + direction.view(at.shape)).item<double>();
        }
    }

    private static Tensor Distribution(Tensor logits) => TokenLogProbs.Distribution(logits, temperature: 1.3);

    private static Tensor LogProbs(Tensor logits) => TokenLogProbs.Of(Distribution(logits), Targets).view(2, 3);

    private static Tensor RefLogProbs() => TokenLogProbs.Of(Reference, Targets).view(2, 3);

    private static Tensor Kept(Tensor tensor) => tensor.DetachFromDisposeScope();
}
