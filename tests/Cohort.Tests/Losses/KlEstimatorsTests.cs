using System.Diagnostics;
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
    [InlineData(KlEstimator.PlainK3, -1.2, -0.7, 0.1487212707)]
    [InlineData(KlEstimator.Abs, -1.2, -0.7, 0.5)]
    [InlineData(KlEstimator.Abs, -0.4, -2.4, 2.0)]
    [InlineData(KlEstimator.K1, -0.4, -2.4, 2.0)]
    [InlineData(KlEstimator.K2, -0.4, -2.4, 2.0)]
    [InlineData(KlEstimator.K3, -0.4, -2.4, 1.1353352832)] // e^-2 - 1 + 2
    [InlineData(KlEstimator.K1, -0.5, -1000.5, 1000)]
    [InlineData(KlEstimator.K2, -0.5, -1000.5, 500000)]
    [InlineData(KlEstimator.K3, -0.5, -1000.5, 999)]
    [InlineData(KlEstimator.Abs, -1000.5, -0.5, 1000)]
    [InlineData(KlEstimator.K3, -1000.5, -0.5, double.PositiveInfinity)] // held to nothing: an infinite loss is caught by name
    public void Estimate_is_the_hand_computed_number(KlEstimator estimator, double logProb, double reference, double expected)
    {
        using var scope = NewDisposeScope();
        var found = Numbers.Of(KlEstimators.PerToken(estimator, Numbers.Row(logProb), Numbers.Row(reference))).Single();
        Assert.True(expected.Equals(found) || Math.Abs(expected - found) <= 1e-9, $"{found:R}");
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
    public void Plain_k3_in_the_loss_has_no_weight_and_on_policy_the_gradient_of_the_forward_divergence()
    {
        using var scope = NewDisposeScope();
        var (reference, weights) = (Distribution(Reference), Distribution(Current).exp());
        var forward = Numbers.Gradient(
            tensor(Current), logits => KlEstimators.Exact(reference.unsqueeze(0), Distribution(logits).unsqueeze(0)).sum());
        var plain = Numbers.Gradient(tensor(Current), logits =>
        {
            var logProbs = Distribution(logits);
            return (weights * KlEstimators.Weighted(KlEstimator.PlainK3, logProbs, reference, (logProbs * 3).exp())).sum();
        });
        Numbers.Same(forward, plain, Tolerances.Float64);
        Numbers.Same([0.1487213], KlEstimators.Weighted(KlEstimator.PlainK3, Numbers.Row(-1.2), Numbers.Row(-0.7), Numbers.Row(1.6)), 1e-6);
    }

    [Theory]
    [InlineData(KlEstimator.K1, -0.8)]      // 1.6 * -0.5
    [InlineData(KlEstimator.K3, 0.2379540)] // 1.6 * 0.1487213
    public void Weighted_estimate_is_the_hand_computed_number(KlEstimator estimator, double expected)
    {
        using var scope = NewDisposeScope();
        var weighted = KlEstimators.Weighted(estimator, Numbers.Row(-1.2), Numbers.Row(-0.7), Numbers.Row(1.6));
        Numbers.Same([expected], weighted, Tolerances.HandComputed);
    }

    // p = (0.6, 0.4, 0): 0.6 ln 2 + 0.4 ln (4/3); the gradient to a logit is p (ln (p / q) - KL).
    [Fact]
    public void A_token_of_probability_zero_adds_nothing_to_the_exact_divergence_and_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var logits = Numbers.Row(Math.Log(0.6), Math.Log(0.4), double.NegativeInfinity);
        var reference = Numbers.Row(0.3, 0.3, 0.4).log();
        Numbers.Same([0.5309611], KlEstimators.Exact(logits, reference), Tolerances.HandComputed);
        Numbers.Same(
            [0.0973117, -0.0973117, 0],
            Numbers.Gradient(logits, at => KlEstimators.Exact(Distribution(at), reference).sum()), Tolerances.HandComputed);
        Numbers.Same([0.1920420], KlEstimators.Exact(logits, Numbers.Row(0.3, 0.7, 0).log()), Tolerances.HandComputed); // 0.6 ln 2 + 0.4 ln (4/7)
        Assert.Equal(double.PositiveInfinity, Numbers.Of(KlEstimators.Exact(logits, Numbers.Row(0.3, 0, 0.7).log())).Single());
    }

    [Fact]
    public void Next_states_divergence_is_that_of_the_next_token_that_counts()
    {
        using var scope = NewDisposeScope();
        var kl = Numbers.Rows([0.1, double.NaN, 0.4, 0.8], [double.NaN, 0.3, double.PositiveInfinity, 0.7], [0.5, 0.6, 0.9, 1.1], [1.3, 1.7, 1.9, 2.3]);
        var next = KlEstimators.OfNextState(kl, Numbers.Mask("x.xx", ".x.x", "....", "..x."));
        Numbers.Same([0.4, 0, 0.8, 0, 0, 0.7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], next, 0);
    }

    [Fact]
    public void Next_states_divergence_sums_to_that_of_all_later_states()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 30; trial++)
        {
            using var scope = NewDisposeScope();
            var (rows, columns) = (random.Next(1, 5), random.Next(1, 8));
            var kl = tensor(Enumerable.Range(0, rows * columns).Select(_ => random.NextDouble()).ToArray(), [rows, columns]);
            var mask = tensor(Enumerable.Range(0, rows * columns).Select(_ => random.Next(2) > 0).ToArray(), [rows, columns]);
            var counted = kl.masked_fill(~mask, 0);
            var later = (FromEachOn(counted) - counted).masked_fill(~mask, 0);
            Numbers.Same(later, FromEachOn(KlEstimators.OfNextState(kl, mask)).masked_fill(~mask, 0), Tolerances.Float64);
        }

        static Tensor FromEachOn(Tensor values) => values.flip(1).cumsum(1).flip(1);
    }

    [Fact]
    public void What_has_no_right_gradient_has_no_spelling_in_the_loss()
    {
        using var scope = NewDisposeScope();
        var (one, ratio) = (Numbers.Row(-0.5), Numbers.Row(1.1));
        var abs = Assert.Throws<ArgumentOutOfRangeException>(() => KlEstimators.Weighted(KlEstimator.Abs, one, one, ratio));
        Assert.StartsWith("The gradient of |log pi - log pi_ref| is that of no KL; in the loss use Exact, K1, K2 or K3.", abs.Message);
        Assert.Equal("estimator", abs.ParamName);
        var exact = Assert.Throws<ArgumentOutOfRangeException>(() => KlEstimators.Weighted(KlEstimator.Exact, one, one, ratio));
        Assert.StartsWith("The exact KL needs whole distributions: call Exact.", exact.Message);
        Assert.Throws<UnreachableException>(() => KlEstimators.PerToken((KlEstimator)17, one, one));
        Assert.Equal(
            "refDistribution has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'refDistribution')",
            Assert.Throws<ArgumentException>(() => KlEstimators.Exact(Numbers.Row(-0.5, -0.9), one)).Message);
        Assert.Equal(
            "mask has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => KlEstimators.OfNextState(Numbers.Row(-0.5, -0.9), Numbers.Mask("x"))).Message);
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
