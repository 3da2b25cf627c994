using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class KlEstimatorsTests
{
    // Logits of the current policy, the old policy that sampled, and the reference, over four tokens.
    private static readonly double[] Current = [0.4, -0.9, 1.3, 0.2];
    private static readonly double[] Old = [0.1, -0.4, 0.8, 0.6];
    private static readonly double[] Reference = [-0.7, 0.5, 0.3, 1.1];

    [Theory]
    [InlineData(KlEstimator.K1, -1.2, -0.7, -0.5)]
    [InlineData(KlEstimator.K2, -1.2, -0.7, 0.125)]
    [InlineData(KlEstimator.K3, -1.2, -0.7, 0.1487212707)] // e^0.5 - 1 - 0.5
    [InlineData(KlEstimator.K1, -0.4, -2.4, 2.0)]
    [InlineData(KlEstimator.K2, -0.4, -2.4, 2.0)]
    [InlineData(KlEstimator.K3, -0.4, -2.4, 1.1353352832)] // e^-2 - 1 + 2
    public void Estimate_is_the_hand_computed_number(KlEstimator estimator, double logProb, double reference, double expected)
    {
        using var scope = NewDisposeScope();
        Numbers.Same([expected], KlEstimators.PerToken(estimator, Numbers.Row(logProb), Numbers.Row(reference)), 1e-9);
    }

    [Fact]
    public void K3_of_close_policies_is_not_lost_in_float32()
    {
        using var scope = NewDisposeScope();
        var difference = tensor(new[] { 3e-4f, -5e-4f, 2e-5f });
        var k3 = KlEstimators.PerToken(KlEstimator.K3, difference, zeros_like(difference));
        Numbers.Same([4.49955e-8, 1.250208e-7, 2.0e-10], k3, 5e-11);
    }

    [Fact]
    public void Exact_divergence_is_the_hand_computed_number()
    {
        using var scope = NewDisposeScope();
        var exact = KlEstimators.Exact(Numbers.Row(0.5, 0.3, 0.2).log(), Numbers.Row(0.2, 0.5, 0.3).log());
        Numbers.Same([0.2238046], exact, Tolerances.HandComputed); // 0.5 ln 2.5 + 0.3 ln 0.6 + 0.2 ln (2/3)
    }

    [Theory]
    [InlineData(KlEstimator.K1)]
    [InlineData(KlEstimator.K2)]
    [InlineData(KlEstimator.K3)]
    public void Expected_gradient_over_tokens_of_the_old_policy_is_the_exact_one(KlEstimator estimator)
    {
        using var scope = NewDisposeScope();
        var (old, reference) = (Distribution(Old), Distribution(Reference));
        var exact = Numbers.Gradient(
            tensor(Current), logits => KlEstimators.Exact(Distribution(logits).unsqueeze(0), reference.unsqueeze(0)).sum());
        var expected = zeros_like(exact);
        for (var token = 0; token < Current.Length; token++)
        {
            var gradient = Numbers.Gradient(tensor(Current), logits =>
            {
                var logProb = Distribution(logits)[token].view(1, 1);
                var ratio = ImportanceRatio.PerToken(logProb, old[token].view(1, 1));
                return KlEstimators.Weighted(estimator, logProb, reference[token].view(1, 1), ratio).sum();
            });
            expected += old[token].exp() * gradient;
        }

        Assert.True(exact.abs().min().item<double>() > 0.01, "The example is too flat to tell gradients apart.");
        Numbers.Same(exact, expected, Tolerances.Float64);
    }

    [Fact]
    public void Without_the_weight_k1_has_no_expected_gradient_and_k3_that_of_the_forward_divergence()
    {
        using var scope = NewDisposeScope();
        var reference = Distribution(Reference);
        Numbers.Same(new double[4], OnPolicy(KlEstimator.K1), Tolerances.Float64);
        var forward = Numbers.Gradient(
            tensor(Current), logits => KlEstimators.Exact(reference.unsqueeze(0), Distribution(logits).unsqueeze(0)).sum());
        Numbers.Same(forward, OnPolicy(KlEstimator.K3), Tolerances.Float64);

        Tensor OnPolicy(KlEstimator estimator)
        {
            var weights = Distribution(Current).exp();
            return Numbers.Gradient(
                tensor(Current), logits => (weights * KlEstimators.PerToken(estimator, Distribution(logits), reference)).sum());
        }
    }

    [Fact]
    public void Weight_scales_the_value()
    {
        using var scope = NewDisposeScope();
        var weighted = KlEstimators.Weighted(KlEstimator.K2, Numbers.Row(-1.2), Numbers.Row(-0.7), Numbers.Row(1.6));
        Numbers.Same([0.2], weighted, Tolerances.Float64);
    }

    [Fact]
    public void Exact_has_no_estimate_at_a_token_and_other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var exact = Assert.Throws<ArgumentOutOfRangeException>(
            () => KlEstimators.PerToken(KlEstimator.Exact, Numbers.Row(-0.5), Numbers.Row(-0.6)));
        Assert.StartsWith("The exact KL needs whole distributions: call Exact.", exact.Message);
        Assert.Equal(
            "refLogProbs has shape [2,1], expected [1,2]; nothing here broadcasts. (Parameter 'refLogProbs')",
            Assert.Throws<ArgumentException>(
                () => KlEstimators.PerToken(KlEstimator.K1, Numbers.Row(-0.5, -0.3), Numbers.Rows([-0.6], [-0.7]))).Message);
        Assert.Equal(
            "ratio has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'ratio')",
            Assert.Throws<ArgumentException>(() => KlEstimators.Weighted(
                KlEstimator.K1, Numbers.Row(-0.5, -0.3), Numbers.Row(-0.5, -0.3), Numbers.Row(1.1))).Message);
    }

    private static Tensor Distribution(double[] logits) => Distribution(tensor(logits));

    private static Tensor Distribution(Tensor logits) => nn.functional.log_softmax(logits, dim: -1);
}
