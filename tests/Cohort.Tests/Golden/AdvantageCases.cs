using Cohort.Advantages;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>Checks of advantage estimators.</summary>
internal static class AdvantageCases
{
    private const double Epsilon = 1e-8;

    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
        new("verl/compute_gae_advantage_return", VerlGeneralized),
        new("verl/compute_grpo_outcome_advantage", VerlGroupRelative),
        new("verl/compute_grpo_vectorized_outcome_advantage", VerlGroupRelativeInSingle),
        new("verl/compute_grpo_passk_outcome_advantage", VerlBestOfGroup),
        new("verl/compute_rloo_outcome_advantage", golden => VerlPerResponse(golden, LeaveOneOutAdvantage.PerResponse)),
        new("verl/compute_rloo_vectorized_outcome_advantage", golden => VerlPerResponse(golden, LeaveOneOutAdvantage.PerResponse)),
        new("verl/compute_opo_outcome_advantage", VerlLengthWeighted),
        new("verl/compute_gpg_outcome_advantage", VerlGpg),
        new("verl/compute_gdpo_outcome_advantage", VerlPerReward),
        new("verl/compute_reinforce_plus_plus_outcome_advantage", VerlReinforcePlusPlus),
        new("verl/compute_reinforce_plus_plus_baseline_outcome_advantage", VerlReinforcePlusPlusBaseline),
        new("verl/compute_remax_outcome_advantage", VerlGreedyBaseline),
        new("verl/compute_optimal_token_baseline_advantage", VerlOptimalTokenBaseline),
        new("verl/compute_multi_turn_optimal_token_baseline_advantage", VerlOptimalTokenBaseline),
        new("verl/masked_whiten", VerlWhitening),
        new("openrlhf/get_advantages_and_returns", OpenRlhfGeneralized),
        new("openrlhf/get_cumulative_returns", OpenRlhfReturns),
        new("openrlhf/masked_normalize", OpenRlhfNormalize),
        new("openrlhf/compute_advantages_and_returns", OpenRlhfPipeline),
        new("trl/GRPOTrainer._generate_and_score_completions (advantage statements)", TrlGroupRelative),
        new("trl/RLOOTrainer._generate_and_score_completions (advantage statements)", TrlLeaveOneOut),
    ];

    private static void VerlGeneralized(GoldenCase golden)
    {
        var (rewards, mask) = (golden.Tensor("inputs/token_level_rewards"), golden.Mask("inputs/response_mask"));
        var values = golden.Tensor("inputs/values");
        var advantages = GeneralizedAdvantage.PerToken(rewards, values, mask, golden.Number("params/gamma"), golden.Number("params/lam"));
        golden.SameWhere("outputs/returns", mask, advantages + values);
        golden.SameWhere("outputs/advantages", mask, AsVerlWhitens(Masked.Normalize(advantages, mask, Epsilon), advantages, mask));
    }

    private static void VerlGroupRelative(GoldenCase golden) => VerlPerResponse(
        golden, (scores, scored, size) => GroupRelativeAdvantage.PerResponse(scores, scored, size, VerlScale(golden), VerlEpsilon(golden)));

    private static void VerlGroupRelativeInSingle(GoldenCase golden)
    {
        var groups = new GoldenGroups(golden);
        var (scores, mask) = (VerlScores(golden), golden.Mask("inputs/response_mask"));
        var ours = Masked.Broadcast(
            groups.Back(GroupRelativeAdvantage.PerResponse(groups.Take(scores), groups.Scored, groups.Size, VerlScale(golden), VerlEpsilon(golden))), mask);
        var excused = groups.Alone.logical_or(groups.Equal(scores)).unsqueeze(1);
        foreach (var path in Outputs)
        {
            SameInSingle(golden, path, mask.logical_and(~excused), ours, tolerance: 1e-4);   // a variance in one pass
            SameBut(golden, path, groups.Everyone, mask.logical_and(excused), ours);
        }
    }

    private static void VerlBestOfGroup(GoldenCase golden) => VerlPerResponse(
        golden, (scores, scored, size) => BestOfGroupAdvantage.PerResponse(scores, scored, size, VerlScale(golden), VerlEpsilon(golden)));

    private static void VerlLengthWeighted(GoldenCase golden)
    {
        var groups = new GoldenGroups(golden);
        var mask = groups.Take(golden.Mask("inputs/response_mask"));
        VerlPerResponse(golden, (scores, scored, size) => LengthWeightedBaseline.PerResponse(scores, scored, mask, size));
    }

    // Theirs is α (s - mean) / f with an α that counts scores other than 0.
    private static void VerlGpg(GoldenCase golden)
    {
        var groups = new GoldenGroups(golden);
        var (scores, mask) = (groups.Take(VerlScores(golden)), golden.Mask("inputs/response_mask"));
        var alpha = groups.Rows / Math.Max(VerlScores(golden).count_nonzero().item<long>(), 1.0);
        var factor = alpha / golden.Number("params/f_norm", 1);
        var centred = GroupRelativeAdvantage.PerResponse(scores, groups.Scored, groups.Size, GroupScale.None, Epsilon);
        var ours = GpgAdvantage.PerResponse(scores, groups.Scored, groups.Size);
        foreach (var path in Outputs)
        {
            SameBut(golden, path, groups.Alone, mask, Masked.Broadcast(groups.Back(centred) * factor, mask));
            SameBut(golden, path, groups.Everyone, mask, Masked.Broadcast(groups.Back(ours), mask));
        }
    }

    private static void VerlPerReward(GoldenCase golden)
    {
        var groups = new GoldenGroups(golden);
        var mask = golden.Mask("inputs/response_mask");
        string[] keys = golden.Has("params/gdpo_reward_keys")
            ? [.. golden["params/gdpo_reward_keys"].EnumerateArray().Select(key => key.GetString()!)]
            : [];
        var parts = stack(keys.Length == 0 ? [VerlScores(golden)] : keys.Select(key => golden.Tensor($"inputs/{key}")), 1);
        var weights = golden.Has("params/gdpo_reward_weights")
            ? golden.List("params/gdpo_reward_weights")
            : Enumerable.Repeat(1.0, (int)parts.shape[1]).ToArray();
        var scored = groups.Scored.unsqueeze(1).expand(-1, weights.Length).contiguous();
        var sum = PerRewardAdvantage.Sum(groups.Take(parts), scored, weights, groups.Size, VerlScale(golden), VerlEpsilon(golden));
        VerlWhitened(golden, groups.AnyAlone(), groups.Back(sum), mask, tokens => Masked.Normalize(tokens, mask, Epsilon));
    }

    private static void VerlReinforcePlusPlus(GoldenCase golden)
    {
        var (rewards, mask) = (golden.Tensor("inputs/token_level_rewards"), golden.Mask("inputs/response_mask"));
        var gamma = golden.Number("params/gamma");
        var returns = DiscountedReturns.PerToken(rewards, mask, gamma);
        var ours = AsVerlWhitens(ReinforcePlusPlusAdvantage.PerToken(rewards, mask, gamma, Epsilon), returns, mask);
        SameBut(golden, "outputs/returns", Holes(mask), mask, returns);
        SameBut(golden, "outputs/advantages", Holes(mask).any().expand(mask.shape[0]), mask, ours);
    }

    private static void VerlReinforcePlusPlusBaseline(GoldenCase golden)
    {
        var groups = new GoldenGroups(golden);
        var (scores, mask) = (groups.Take(VerlScores(golden)), golden.Mask("inputs/response_mask"));
        var centred = GroupRelativeAdvantage.PerResponse(scores, groups.Scored, groups.Size, GroupScale.None, Epsilon);
        VerlWhitened(golden, groups.AnyAlone(), groups.Back(centred), mask, _ => groups.Back(ReinforcePlusPlusAdvantage.WithGroupBaseline(
            scores, groups.Scored, groups.Take(mask), groups.Size, Epsilon)));
    }

    private static void VerlGreedyBaseline(GoldenCase golden)
    {
        var (rewards, mask) = (golden.Tensor("inputs/token_level_rewards"), golden.Mask("inputs/response_mask"));
        golden.SameWhere(
            "outputs/advantages", mask, GreedyBaselineAdvantage.PerToken(rewards, golden.Tensor("inputs/reward_baselines"), mask));
        golden.SameWhere("outputs/returns", mask, DiscountedReturns.PerToken(rewards, mask, 1));
    }

    // The form for one turn compares columns, so that a mask with holes shifts siblings against each other; the form for many turns counts actions.
    private static void VerlOptimalTokenBaseline(GoldenCase golden)
    {
        var groups = new GoldenGroups(golden);
        var (rewards, mask) = (golden.Tensor("inputs/token_level_rewards"), golden.Mask("inputs/response_mask"));
        var norms = OptimalTokenBaseline.GradientNorm(golden.Tensor("inputs/old_log_probs"), golden.Tensor("inputs/sum_pi_squared"));
        if (golden.Has("inputs/rollout_is_weights"))
        {
            norms *= golden.Tensor("inputs/rollout_is_weights").square();
        }

        var counts = groups.Take(mask).logical_and(groups.Scored.unsqueeze(1));
        var ours = groups.Back(OptimalTokenBaseline.PerToken(
            groups.Take(rewards), groups.Take(norms), counts, groups.Size,
            golden.Number("params/handle_zero_tail", 1) != 0, golden.Number("params/epsilon", 1e-8)));
        var byColumns = golden.Function == "verl/compute_optimal_token_baseline_advantage";
        var excused = groups.Alone.logical_or(byColumns ? Holes(mask).any() : zeros(1, ScalarType.Bool));
        SameBut(golden, "outputs/advantages", excused, mask.logical_and(ours != 0), ours);

        // What is exactly 0 here, ε leaves a trace of there.
        var traces = golden.Tensor("outputs/advantages").masked_select(mask.logical_and(ours == 0).logical_and(~excused.unsqueeze(-1)));
        Assert.True((traces.abs() <= 1e-7).all().item<bool>(), $"{golden.Id}: an advantage is 0, and theirs is not.");
        golden.SameWhere("outputs/returns", mask, DiscountedReturns.PerToken(rewards, mask, 1));
    }

    private static void VerlWhitening(GoldenCase golden)
    {
        var (values, mask) = (golden.Tensor("inputs/values"), golden.Mask("inputs/mask"));
        var ours = AsVerlWhitens(Masked.Normalize(values, mask, Epsilon), values, mask);
        var moments = new VerlMoments(values, mask);
        golden.SameWhere("outputs/whitened", mask, ours);
        golden.SameWhere("outputs/whitened_noshift", mask, ours + moments.Mean);
        golden.Same("outputs/masked_mean", moments.Mean);
        golden.Same("outputs/masked_var_unbiased", moments.SampleVariance);
        golden.Same("outputs/masked_var_biased", moments.Variance);
    }

    // Theirs sets values and rewards outside the mask to 0 and then treats these positions as actions.
    private static void OpenRlhfGeneralized(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/action_mask");
        var (rewards, values) = (Masked.Zero(golden.Tensor("inputs/rewards"), mask), Masked.Zero(golden.Tensor("inputs/values"), mask));
        var (gamma, lambda) = (golden.Number("params/gamma"), golden.Number("params/lambd"));
        var ours = GeneralizedAdvantage.PerToken(rewards, values, mask, gamma, lambda);
        SameBut(golden, "outputs/advantages", Holes(mask), mask, ours);
        SameBut(golden, "outputs/returns", Holes(mask), mask, ours + values);
        var theirs = GeneralizedAdvantage.PerToken(rewards, values, ones_like(mask), gamma, lambda);
        golden.SameWhere("outputs/advantages", mask, theirs);
        golden.SameWhere("outputs/returns", mask, theirs + values);
    }

    private static void OpenRlhfReturns(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/action_mask");
        var (rewards, gamma) = (Masked.Zero(golden.Tensor("inputs/rewards"), mask), golden.Number("params/gamma"));
        SameBut(golden, "outputs/returns", Holes(mask), mask, DiscountedReturns.PerToken(rewards, mask, gamma));
        golden.SameWhere("outputs/returns", mask, DiscountedReturns.PerToken(rewards, ones_like(mask), gamma));
    }

    // Theirs divides by the root of the variance, which is at least ε.
    private static void OpenRlhfNormalize(GoldenCase golden)
    {
        var (values, mask, epsilon) = (golden.Tensor("inputs/tensor"), golden.Mask("inputs/mask"), golden.Number("params/eps", 1e-8));
        var across = golden.Number("params/dim", -1) == 0;
        var parts = !golden.Has("params/dim") ? [(values, mask)]
            : values.unbind(across ? 1 : 0).Zip(mask.unbind(across ? 1 : 0)).ToArray();
        var normalized = parts.Select(part => AsOpenRlhfNormalizes(Masked.Normalize(part.Item1, part.Item2), part.Item1, part.Item2, epsilon));
        var ours = golden.Has("params/dim") ? stack(normalized, across ? 1 : 0) : normalized.Single();
        golden.SameWhere("outputs/normalized", mask, ours);
    }

    private static void OpenRlhfPipeline(GoldenCase golden)
    {
        var (mask, size) = (golden.Mask("inputs/action_mask"), (int)golden.Number("params/n_samples_per_prompt"));
        var estimator = golden.Text("params/estimator");
        var rewards = OpenRlhfRewards(golden, OpenRlhfScores(estimator, golden.Tensor("inputs/scores"), size), mask);
        var gamma = estimator is "gae" or "reinforce" ? golden.Number("params/gamma") : 1;
        var values = estimator == "gae" ? Masked.Zero(golden.Tensor("inputs/values"), mask) : zeros_like(rewards);
        var lambda = estimator == "gae" ? golden.Number("params/lambd") : 1;
        var advantages = GeneralizedAdvantage.PerToken(rewards, values, mask, gamma, lambda);
        golden.SameWhere("outputs/returns", mask, advantages + values);
        if (estimator is "gae" or "reinforce" or "reinforce_baseline")
        {
            var normalized = estimator == "gae"
                ? Masked.Normalize(advantages, mask, Epsilon)
                : ReinforcePlusPlusAdvantage.PerToken(rewards, mask, gamma, Epsilon);
            advantages = golden.Number("params/no_std_norm", 0) != 0
                ? advantages - Masked.Mean(advantages, mask)
                : AsOpenRlhfNormalizes(normalized, advantages, mask, Epsilon);
        }

        SameInSingle(golden, "outputs/advantages", mask, advantages);
    }

    private static Tensor OpenRlhfScores(string estimator, Tensor scores, int size)
    {
        var scored = ones_like(scores, ScalarType.Bool);
        return estimator switch
        {
            "rloo" => LeaveOneOutAdvantage.PerResponse(scores, scored, size),
            "reinforce_baseline" or "dr_grpo" => GroupRelativeAdvantage.PerResponse(scores, scored, size, GroupScale.None, 1e-9),
            "group_norm" => GroupRelativeAdvantage.PerResponse(scores, scored, size, GroupScale.GroupDeviation, 1e-9),
            "gae" or "reinforce" => scores,
            _ => throw new NotSupportedException(estimator),
        };
    }

    // Clips after the baseline; the score stands on the last token, the penalty on each.
    private static Tensor OpenRlhfRewards(GoldenCase golden, Tensor scores, Tensor mask)
    {
        if (golden.Has("params/reward_clip_range"))
        {
            var range = golden.List("params/reward_clip_range");
            scores = scores.clamp(range[0], range[1]);
        }

        var columns = arange(mask.shape[1], ScalarType.Int64).unsqueeze(0);
        var last = columns == (mask * columns).amax([1], keepdim: true);
        var penalty = Math.Max(golden.Number("params/kl_coef", 0), 0) * golden.Tensor("inputs/kl");
        return Masked.Zero((last * scores.unsqueeze(1)) - penalty, mask);
    }

    private static void TrlGroupRelative(GoldenCase golden)
    {
        var parts = golden.Tensor("inputs/rewards_per_func");
        var scored = ~parts.isnan();
        var size = (int)golden.Number("params/num_generations");
        var weights = golden.List("params/reward_weights").Select(weight => (double)(float)weight).ToArray();   // theirs are float32
        if (golden.Text("params/multi_objective_aggregation") == "normalize_then_sum")
        {
            var sum = PerRewardAdvantage.Sum(parts, scored, weights, size, GroupScale.GroupDeviation, 1e-4);
            SameInSingle(golden, "outputs/rewards", ones_like(sum, ScalarType.Bool), sum);
            var perReward = PerRewardAdvantage.PerResponse(parts, scored, weights, size, GroupScale.GroupDeviation, 1e-4);
            var without = scored.any(1).logical_not().any().expand(sum.shape);
            SameInSingle(golden, "outputs/advantages", ~without, perReward);
            SameBut(golden, "outputs/advantages", ones_like(without), without, perReward);
            golden.Same("outputs/is_std_zero", AreEqual(sum, (int)sum.shape[0]));
            return;
        }

        var scale = golden.Text("params/scale_rewards") switch
        {
            "group" => GroupScale.GroupDeviation,
            "batch" => GroupScale.BatchDeviation,
            "none" => GroupScale.None,
            var other => throw new NotSupportedException(other),
        };
        var any = scored.any(1);
        var scores = (Masked.Zero(parts, scored) * tensor(weights)).sum(1).masked_fill(~any, double.NaN);
        golden.Same("outputs/rewards", scores);
        SameInSingle(
            golden, "outputs/advantages", ones_like(any), GroupRelativeAdvantage.PerResponse(scores, any, size, scale, 1e-4));
        golden.Same("outputs/is_std_zero", AreEqual(scores, scale == GroupScale.BatchDeviation ? (int)scores.shape[0] : size));
    }

    private static void TrlLeaveOneOut(GoldenCase golden)
    {
        var scores = golden.Tensor("inputs/rewards");
        var everyone = ones_like(scores, ScalarType.Bool);
        var advantages = LeaveOneOutAdvantage.PerResponse(scores, everyone, (int)golden.Number("params/num_generations"));
        golden.Same(
            "outputs/advantages",
            golden.Number("params/normalize_advantages", 0) != 0 ? Masked.Normalize(advantages, everyone, 1e-4, correction: 1) : advantages);
    }

    // Per row: whether the scores around it lie within 1e-8 of each other.
    private static Tensor AreEqual(Tensor scores, int size)
    {
        var groups = scores.reshape(-1, size);
        var there = groups.isfinite();
        var spread = groups.masked_fill(~there, double.NegativeInfinity).amax([1]) - groups.masked_fill(~there, double.PositiveInfinity).amin([1]);
        return (spread <= 1e-8).repeat_interleave(size);
    }

    private static void VerlPerResponse(GoldenCase golden, Func<Tensor, Tensor, int, Tensor> estimator)
    {
        var groups = new GoldenGroups(golden);
        var (scores, mask) = (VerlScores(golden), golden.Mask("inputs/response_mask"));
        var ours = Masked.Broadcast(groups.Back(estimator(groups.Take(scores), groups.Scored, groups.Size)), mask);
        foreach (var path in Outputs)
        {
            SameBut(golden, path, groups.Alone.logical_or(groups.Equal(scores)), mask, ours);
        }
    }

    private static void VerlWhitened(GoldenCase golden, Tensor excused, Tensor perRow, Tensor mask, Func<Tensor, Tensor> normalize)
    {
        var tokens = Masked.Broadcast(perRow, mask);
        var ours = AsVerlWhitens(normalize(tokens), tokens, mask);
        foreach (var path in Outputs)
        {
            SameBut(golden, path, excused, mask, ours);
        }
    }

    private static string[] Outputs => ["outputs/advantages", "outputs/returns"];

    private static Tensor VerlScores(GoldenCase golden) => golden.Tensor("inputs/token_level_rewards").sum(1);

    private static double VerlEpsilon(GoldenCase golden) => golden.Number("params/epsilon", 1e-6);

    private static GroupScale VerlScale(GoldenCase golden) =>
        golden.Number("params/norm_adv_by_std_in_grpo", 1) != 0 ? GroupScale.GroupDeviation : GroupScale.None;

    // Rows with a position that does not count between two that do.
    private static Tensor Holes(Tensor mask)
    {
        var counts = mask.to_type(ScalarType.Int64);
        var (before, upTo) = (counts.cumsum(1), counts.flip(1).cumsum(1).flip(1));
        return (~mask).logical_and(before > 0).logical_and(upTo > 0).any(1);
    }

    /// <summary>Requires equal numbers in all rows but the excused; there a difference must be one that is listed.</summary>
    private static void SameBut(GoldenCase golden, string path, Tensor excused, Tensor mask, Tensor ours)
    {
        var there = excused.ndim == ours.ndim || ours.ndim == 1 ? excused : excused.unsqueeze(1);
        golden.SameWhere(path, mask.logical_and(~there), ours);
        var doubtful = mask.logical_and(there);
        if (Record.Exception(() => golden.SameWhere(path, doubtful, ours)) is not null)
        {
            golden.DiffersOnPurpose(path, Numbers.Of(ours.masked_select(doubtful)), Numbers.Of(golden.Tensor(path).masked_select(doubtful)));
        }
    }

    /// <summary>Requires equal numbers, or a small and listed difference: theirs rounds a statistic to float32 on its way.</summary>
    private static void SameInSingle(GoldenCase golden, string path, Tensor mask, Tensor ours, double tolerance = 1e-6)
    {
        if (Record.Exception(() => golden.SameWhere(path, mask, ours)) is not null)
        {
            var (mine, theirs) = (Numbers.Of(ours.masked_select(mask)), Numbers.Of(golden.Tensor(path).masked_select(mask)));
            Assert.All(mine.Zip(theirs), pair => Assert.Equal(pair.Second, pair.First, tolerance * Math.Max(1, Math.Abs(pair.Second))));
            golden.DiffersOnPurpose(path, mine, theirs);
        }
    }

    // Theirs: the sample's variance, ε = 1e-8 added to it and to the number of entries.
    private static Tensor AsVerlWhitens(Tensor ours, Tensor values, Tensor mask)
    {
        var moments = new VerlMoments(values, mask);
        var centred = (ours * (Math.Sqrt(moments.OwnVariance) + Epsilon)) + (moments.OwnMean - moments.Mean);
        return Masked.Zero(centred / Math.Sqrt(moments.SampleVariance + Epsilon), mask);
    }

    private static Tensor AsOpenRlhfNormalizes(Tensor ours, Tensor values, Tensor mask, double epsilon)
    {
        var variance = Masked.Mean((values - Masked.Mean(values, mask)).square(), mask).item<double>();
        return ours * ((Math.Sqrt(variance) + Epsilon) / Math.Sqrt(Math.Max(variance, epsilon)));
    }

    private sealed class VerlMoments
    {
        public VerlMoments(Tensor values, Tensor mask)
        {
            var precise = values.to_type(ScalarType.Float64);
            var number = mask.sum().item<long>();
            var share = number / (number + 1e-8);
            OwnMean = Masked.Mean(precise, mask).item<double>();
            OwnVariance = Masked.Mean((precise - OwnMean).square(), mask).item<double>();
            Mean = OwnMean * share;
            Variance = Masked.Mean((precise - Mean).square(), mask).item<double>() * share;
            SampleVariance = Variance * number / (number - 1);
        }

        public double OwnMean { get; }

        public double OwnVariance { get; }

        public double Mean { get; }

        public double Variance { get; }

        public double SampleVariance { get; }
    }
}
