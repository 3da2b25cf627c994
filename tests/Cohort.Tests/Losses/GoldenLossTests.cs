using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class GoldenLossTests
{
    [Theory]
    [InlineData("token-mean", Reduction.TokenMean)]
    [InlineData("seq-mean-token-mean", Reduction.ResponseMean)]
    [InlineData("seq-mean-token-sum-norm", Reduction.FixedLength)]
    public void Verl_clipped_policy_loss(string mode, Reduction reduction)
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read($"verl.policy_vanilla_{mode}");
        var mask = golden.Mask("inputs/response_mask");
        PolicyLoss(
            golden, "log_prob", "old_log_prob", golden.Tensor("inputs/advantages"), mask,
            golden.Number("params/clip_ratio_low"), golden.Number("params/clip_ratio_high"), reduction, fixedLength: 7);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("cliphigher")]
    public void OpenRlhf_clipped_policy_loss(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read($"openrlhf.policy_ppo_{name}");
        PolicyLoss(
            golden, "log_probs", "old_log_probs", golden.Tensor("inputs/advantages"), golden.Mask("inputs/action_mask"),
            golden.Number("params/clip_eps_low"), golden.Number("params/clip_eps_high"), Reduction.TokenMean, fixedLength: 1);
    }

    [Theory]
    [InlineData("grpo", Reduction.ResponseMean)]
    [InlineData("dr_grpo", Reduction.FixedLength)]
    public void Trl_loss(string name, Reduction reduction)
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read($"trl.grpo_loss_{name}");
        PolicyLoss(
            golden, "per_token_logps", "old_per_token_logps", OfTokens(golden), golden.Mask("inputs/completion_mask"),
            golden.Number("params/epsilon"), golden.Number("params/epsilon_high"), reduction,
            golden["params/max_completion_length"].GetInt32());
    }

    [Fact]
    public void Trl_loss_with_k3_weighted_by_the_ratio()
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read("trl.grpo_loss_grpo_biaskl");
        var mask = golden.Mask("inputs/completion_mask");
        var (old, reference) = (golden.Tensor("inputs/old_per_token_logps"), golden.Tensor("inputs/ref_per_token_logps"));
        Compare(golden, "per_token_logps", logProbs =>
        {
            var ratio = ImportanceRatio.PerToken(logProbs, old);
            var surrogate = ClippedSurrogate.PerToken(
                ratio, OfTokens(golden), golden.Number("params/epsilon"), golden.Number("params/epsilon_high"));
            var kl = KlEstimators.Weighted(KlEstimator.K3, logProbs, reference, ratio);
            return TokenLoss.Share(surrogate + (golden.Number("params/beta") * kl), mask, Reduction.ResponseMean, Totals(mask, 1));
        });
    }

    [Fact]
    public void Trl_loss_with_an_entropy_bonus()
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read("trl.grpo_loss_grpo_entropy_bonus");
        var mask = golden.Mask("inputs/completion_mask");
        Compare(golden, "logits", logits =>
        {
            var distribution = TokenLogProbs.Distribution(logits.flatten(0, 1), temperature: 1);
            var logProbs = TokenLogProbs.Of(distribution, golden.Tensor("inputs/labels").flatten()).view_as(mask);
            var ratio = ImportanceRatio.PerToken(logProbs, golden.Tensor("inputs/old_per_token_logps"));
            var surrogate = ClippedSurrogate.PerToken(ratio, OfTokens(golden), 0.2, 0.2);
            var entropy = Entropy.PerToken(distribution).view_as(mask);
            return TokenLoss.Share(surrogate, mask, Reduction.ResponseMean, Totals(mask, 1))
                - (golden.Number("params/entropy_coef") * Masked.Mean(entropy, mask));
        });
    }

    private static void PolicyLoss(
        GoldenCase golden, string current, string old, Tensor advantages, Tensor mask, double low, double high, Reduction reduction, int fixedLength)
    {
        var oldLogProbs = golden.Tensor($"inputs/{old}");
        Compare(golden, current, logProbs => TokenLoss.Share(
            ClippedSurrogate.PerToken(ImportanceRatio.PerToken(logProbs, oldLogProbs), advantages, low, high),
            mask, reduction, Totals(mask, fixedLength)));
    }

    private static void Compare(GoldenCase golden, string input, Func<Tensor, Tensor> loss, string? gradientOf = null)
    {
        var at = golden.Tensor($"inputs/{input}");
        Numbers.Same([golden.Number("outputs/loss")], loss(at), Tolerances.OtherEpsilon);
        Numbers.Same(golden.Tensor($"gradients/d_loss__d_{gradientOf ?? input}"), Numbers.Gradient(at, loss), Tolerances.OtherEpsilon);
    }

    private static Tensor OfTokens(GoldenCase golden) =>
        golden.Tensor("inputs/advantages").unsqueeze(1).expand_as(golden.Tensor("inputs/completion_mask")).contiguous();

    private static StepTotals Totals(Tensor mask, int fixedLength) =>
        new(mask.any(1).sum().item<long>(), mask.sum().item<long>(), fixedLength);
}
