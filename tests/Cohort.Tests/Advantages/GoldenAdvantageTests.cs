using Cohort.Advantages;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Advantages;

public sealed class GoldenAdvantageTests
{
    // The system whitens its advantages; its returns are those before whitening.
    [Theory]
    [InlineData("verl.gae_g0.99_l0.95")]
    [InlineData("verl.gae_g1_l1")]
    public void Verl_generalized_advantage(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read(name);
        var (values, mask) = (golden.Tensor("inputs/values"), golden.Mask("inputs/response_mask"));
        var advantages = GeneralizedAdvantage.PerToken(
            golden.Tensor("inputs/token_level_rewards"), values, mask, golden.Number("params/gamma"), golden.Number("params/lam"));
        Numbers.SameWhere(mask, golden.Tensor("outputs/returns"), advantages + values, Tolerances.Float64);
    }

    [Fact]
    public void OpenRlhf_generalized_advantage()
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read("openrlhf.gae_g1.0_l1.0");
        var mask = golden.Mask("inputs/action_mask");
        var advantages = GeneralizedAdvantage.PerToken(
            golden.Tensor("inputs/rewards"), golden.Tensor("inputs/values"), mask,
            golden.Number("params/gamma"), golden.Number("params/lambd"));
        Numbers.SameWhere(mask, golden.Tensor("outputs/advantages"), advantages, Tolerances.Float64);
    }

    [Theory]
    [InlineData("verl.adv_grpo_std", GroupScale.GroupDeviation)]
    [InlineData("verl.adv_grpo_nostd_drgrpo", GroupScale.None)]
    public void Verl_group_relative_advantage(string name, GroupScale scale)
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read(name);
        var mask = golden.Mask("inputs/response_mask");
        var scores = golden.Tensor("inputs/token_level_rewards").sum(1);
        var advantages = GroupRelativeAdvantage.PerResponse(
            scores, ones_like(scores, ScalarType.Bool), 3, scale, golden.Number("params/epsilon"));
        Numbers.Same(golden.Tensor("outputs/advantages"), advantages.unsqueeze(1) * mask, Tolerances.Float64);
    }

    [Theory]
    [InlineData("group", GroupScale.GroupDeviation)]
    [InlineData("none", GroupScale.None)]
    public void Trl_group_relative_advantage_with_a_missing_score(string name, GroupScale scale)
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read($"trl.grpo_advantages_sum_then_normalize_{name}_nan");
        var scores = golden.Tensor("outputs/rewards");
        var advantages = GroupRelativeAdvantage.PerResponse(scores, scores.isfinite(), 4, scale, epsilon: 1e-4);
        Numbers.Same(golden.Tensor("outputs/advantages"), advantages, Tolerances.OtherEpsilon);
    }

    // The system divides by the deviation of a sample, with n - 1, and adds its epsilon to the variance.
    [Fact]
    public void Verl_whitening()
    {
        using var scope = NewDisposeScope();
        using var golden = GoldenCase.Read("verl.masked_whiten");
        var mask = golden.Mask("inputs/mask");
        var count = mask.sum().item<long>();
        var normalized = Masked.Normalize(golden.Tensor("inputs/values"), mask) * Math.Sqrt((count - 1.0) / count);
        Numbers.SameWhere(mask, golden.Tensor("outputs/whitened"), normalized, Tolerances.OtherEpsilon);
    }
}
