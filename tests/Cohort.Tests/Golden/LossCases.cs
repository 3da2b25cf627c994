using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>Checks of reductions, KL, entropy, value, ranking and supervised losses, log-probabilities, off-policy weights and masks.</summary>
internal static class LossCases
{
    // verl and OpenRLHF add this to a count that they divide by.
    private const double Epsilon = 1e-8;

    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
        new("verl/agg_loss", VerlReduction),
        new("verl/kl_penalty", VerlKl),
        new("verl/compute_entropy_loss", VerlEntropy),
        new("verl/compute_value_loss", VerlValueLoss),
        new("verl/logprobs_from_logits (v2)", VerlLogProbs),
        new("verl/calculate_sum_pi_squared_from_logits", VerlSumOfSquares),
        new("verl/compute_rollout_correction_weights", VerlOffPolicyWeights),
        new("openrlhf/compute_approx_kl", OpenRlhfKl),
        new("openrlhf/ValueLoss.forward", OpenRlhfValueLoss),
        new("openrlhf/log_probs_from_logits", OpenRlhfLogProbs),
        new("openrlhf/SFTLoss.forward", OpenRlhfSupervised),
        new("openrlhf/GPTLMLoss.forward", OpenRlhfNextToken),
        new("openrlhf/PairWiseLoss", golden => OpenRlhfRanking(golden, golden.Has("inputs/margin"))),
        new("openrlhf/LogExpLoss", golden => OpenRlhfRanking(golden, hasMargin: false)),
        new("trl/selective_log_softmax", TrlLogProbs),
        new("trl/entropy_from_logits", TrlEntropy),
        new("trl/GRPOTrainer.get_high_entropy_mask", TrlEntropyMask),
        new("trl/GRPOTrainer.get_off_policy_mask", TrlOffPolicyMask),
    ];

    private static void VerlReduction(GoldenCase golden)
    {
        var mode = golden.Text("params/loss_agg_mode");
        for (var i = 0; golden.Has($"outputs/cases/{i}"); i++)
        {
            var at = $"outputs/cases/{i}";
            var mask = golden.Mask($"inputs/{golden.Text($"{at}/mask")}");
            _ = golden[$"{at}/kwargs"];
            golden.SameWithGradient("inputs/loss_mat", $"{at}/loss", $"{at}/d_loss__d_loss_mat", perToken =>
                golden.Number($"{at}/kwargs/dp_size", 1) * Reduced(
                    perToken, mask, mode,
                    golden.Number($"{at}/kwargs/global_batch_size", mask.any(1).sum().item<long>()),
                    golden.Number($"{at}/kwargs/batch_num_tokens", mask.sum().item<long>()),
                    golden.Number($"{at}/kwargs/loss_scale_factor", mask.shape[1])));
        }
    }

    private static void VerlKl(GoldenCase golden)
    {
        var (mask, reference) = (golden.Mask("inputs/response_mask"), golden.Tensor("inputs/ref_logprob"));
        var name = golden.Text("params/kl_penalty");
        var estimator = name.TrimEnd('+') switch
        {
            "kl" or "k1" => KlEstimator.K1,
            "abs" => KlEstimator.Abs,
            "mse" or "k2" => KlEstimator.K2,
            "low_var_kl" or "k3" => KlEstimator.K3,
            var other => throw new NotSupportedException(other),
        };
        var logProbs = golden.Tensor("inputs/logprob");
        golden.Same("outputs/kl", KlEstimators.PerToken(estimator, logProbs, reference));
        golden.Same("outputs/masked_mean", Mean(estimator, logProbs));

        // A + keeps the value and takes k2's gradient.
        var differentiated = name.EndsWith('+') ? KlEstimator.K2 : estimator;
        golden.Same("gradients/d_masked_mean__d_logprob", Numbers.Gradient(logProbs, at => Mean(differentiated, at)));

        Tensor Mean(KlEstimator of, Tensor at) => WithEpsilon(mask) * Masked.Mean(KlEstimators.PerToken(of, at, reference), mask);
    }

    private static void VerlEntropy(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/response_mask");
        golden.Same("outputs/token_entropy", EntropyOf(golden.Tensor("inputs/logits")));
        golden.SameWithGradient("inputs/logits", "outputs/loss", "gradients/d_loss__d_logits", logits => VerlShare(golden, EntropyOf(logits), mask));
    }

    // verl and OpenRLHF halve the square.
    private static void VerlValueLoss(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/response_mask");
        var (old, returns) = (golden.Tensor("inputs/values"), golden.Tensor("inputs/returns"));
        var clip = golden.Number("params/cliprange_value");
        golden.SameWithGradient("inputs/vpreds", "outputs/loss", "gradients/d_loss__d_vpreds", values =>
            0.5 * VerlShare(golden, ClippedValueLoss.PerToken(values, old, returns, clip), mask));
        var clipped = ClippedValueLoss.Clipped(golden.Tensor("inputs/vpreds"), old, returns, clip).to_type(ScalarType.Float64);
        golden.Same("outputs/clipfrac", WithEpsilon(mask) * Masked.Mean(clipped, mask));
    }

    private static void OpenRlhfValueLoss(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/action_mask");
        var (old, returns) = (golden.Tensor("inputs/old_values"), golden.Tensor("inputs/returns"));
        var clip = golden.Number("params/clip_eps", double.PositiveInfinity);
        golden.SameWithGradient("inputs/values", "outputs/loss", "gradients/d_loss__d_values", values =>
            0.5 * OpenRlhfShare(golden, ClippedValueLoss.PerToken(values, old, returns, clip), mask));
    }

    private static void VerlLogProbs(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/response_mask");
        golden.Same("outputs/log_probs", LogProbs(golden.Tensor("inputs/logits"), golden.Tensor("inputs/labels")));
        golden.SameWithGradient("inputs/logits", "outputs/masked_mean", "gradients/d_masked_mean__d_logits", logits =>
            WithEpsilon(mask) * Masked.Mean(LogProbs(logits, golden.Tensor("inputs/labels")), mask));
    }

    private static void OpenRlhfLogProbs(GoldenCase golden) => golden.Same(
        "outputs/log_probs",
        LogProbs(golden.Tensor("inputs/logits"), golden.Tensor("inputs/labels"), golden.Number("params/temperature", 1)));

    private static void TrlLogProbs(GoldenCase golden)
    {
        var (mask, labels) = (golden.Mask("inputs/mask"), golden.Tensor("inputs/index"));
        golden.Same("outputs/per_token_logps", LogProbs(golden.Tensor("inputs/logits"), labels));
        golden.Same("gradients/d_masked_sum__d_logits", Numbers.Gradient(
            golden.Tensor("inputs/logits"), logits => Masked.Sum(LogProbs(logits, labels), mask)));
    }

    private static void TrlEntropy(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/mask");
        golden.Same("outputs/entropy", EntropyOf(golden.Tensor("inputs/logits")));
        golden.Same("gradients/d_masked_sum__d_logits", Numbers.Gradient(
            golden.Tensor("inputs/logits"), logits => Masked.Sum(EntropyOf(logits), mask)));
    }

    private static void VerlSumOfSquares(GoldenCase golden)
    {
        var logits = golden.Tensor("inputs/logits");
        var distribution = TokenLogProbs.Distribution(logits.flatten(0, 1), temperature: 1);
        golden.Same("outputs/sum_pi_squared", TokenLogProbs.SumOfSquares(distribution).view(logits.shape[..2]));
    }

    private static void OpenRlhfKl(GoldenCase golden)
    {
        var estimator = golden.Text("params/kl_estimator") switch
        {
            "k1" => KlEstimator.K1,
            "k2" => KlEstimator.K2,
            "k3" => KlEstimator.K3,
            var other => throw new NotSupportedException(other),
        };
        golden.Same("outputs/kl", KlEstimators.PerToken(estimator, golden.Tensor("inputs/log_probs"), golden.Tensor("inputs/log_probs_base")));
    }

    private static void OpenRlhfSupervised(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/loss_mask");
        golden.SameWithGradient("inputs/per_token_logps", "outputs/loss", "gradients/d_loss__d_logps", logProbs =>
            OpenRlhfShare(golden, -logProbs, mask));
        if (golden["params/token_level_loss"].GetBoolean())
        {
            golden.Same("outputs/loss", NextTokenLoss.Share(golden.Tensor("inputs/per_token_logps").masked_select(mask), mask.sum().item<long>()));
        }
    }

    // A label is the token of its own column, predicted one column before; -100 does not count.
    private static void OpenRlhfNextToken(GoldenCase golden)
    {
        var labels = golden.Tensor("inputs/labels");
        var mask = labels.narrow(1, 1, labels.shape[1] - 1) != -100;
        golden.SameWithGradient("inputs/logits", "outputs/loss", "gradients/d_loss__d_logits", logits =>
        {
            var distribution = TokenLogProbs.Distribution(Distributions.Reading(logits, mask), temperature: 1);
            return NextTokenLoss.Share(TokenLogProbs.Of(distribution, TokenLogProbs.Targets(labels, mask)), mask.sum().item<long>());
        });
    }

    private static void OpenRlhfRanking(GoldenCase golden, bool hasMargin)
    {
        var (chosen, rejected) = (golden.Tensor("inputs/chosen_reward"), golden.Tensor("inputs/reject_reward"));
        var margins = hasMargin ? golden.Tensor("inputs/margin") : zeros_like(chosen);
        golden.SameWithGradient("inputs/chosen_reward", "outputs/loss", "gradients/d_loss__d_chosen", at =>
            PairwiseRankingLoss.PerPair(at, rejected, margins).mean());
        golden.SameWithGradient("inputs/reject_reward", "outputs/loss", "gradients/d_loss__d_reject", at =>
            PairwiseRankingLoss.PerPair(chosen, at, margins).mean());
    }

    // TRL compares with a quantile that it rounded to float32; in float64 the token on the quantile itself may fall out.
    private static void TrlEntropyMask(GoldenCase golden)
    {
        const string path = "outputs/mask";
        var (entropies, mask) = (golden.Tensor("inputs/entropies"), golden.Mask("inputs/mask"));
        var ours = EntropyMask.Highest(entropies, mask, golden.Number("params/top_entropy_quantile"));
        var theirs = golden.Mask(path);
        if (ours.Equals(theirs))
        {
            golden.Same(path, ours);
            return;
        }

        golden.DiffersOnPurpose(path, Numbers.Of(ours), Numbers.Of(theirs));
        var lowest = entropies.masked_select(ours).min();
        Assert.True(lowest.to_type(ScalarType.Float32).to_type(ScalarType.Float64).item<double>() > lowest.item<double>());
        Numbers.Same(theirs, ours.logical_and(entropies > lowest), 0);
    }

    // TRL keeps or drops whole rows, also empty ones, which it keeps.
    private static void TrlOffPolicyMask(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/mask");
        var advantages = golden.Tensor("inputs/advantages").view(-1, 1).expand_as(mask).contiguous();
        var keep = OffPolicyMask.Keep(
            advantages, golden.Tensor("inputs/per_token_logps"), golden.Tensor("inputs/sampling_per_token_logps"), mask,
            golden.Number("params/off_policy_threshold"));
        golden.Same("outputs/mask", keep.logical_or(mask.logical_not()).all(1, keepdim: true));
    }

    private static void VerlOffPolicyWeights(GoldenCase golden)
    {
        var correction = VerlCorrection(golden);
        var (logRatio, mask) = (golden.Tensor("inputs/log_ratio"), golden.Mask("inputs/response_mask"));
        var bounded = Of(correction with { Normalize = false });
        var raw = Of(new() { Method = OffPolicyMethod.Truncate, Level = correction.Level, Low = 0, High = 1e8 });
        golden.Same("outputs/weights", Of(correction));
        foreach (var metric in golden["outputs/metrics"].EnumerateObject())
        {
            golden.Same($"outputs/metrics/{metric.Name}", VerlMetric(metric.Name, correction, bounded, raw, mask));
        }

        Tensor Of(OffPolicyCorrection correction) => OffPolicyWeights.Of(correction, logRatio, zeros_like(logRatio), mask);
    }

    // One number bounds from above, two, joined by an underscore, bound from both sides and mask.
    private static OffPolicyCorrection VerlCorrection(GoldenCase golden)
    {
        var threshold = golden["params/rollout_is_threshold"].ToString().Split('_').Select(double.Parse).ToArray();
        return new()
        {
            Method = threshold.Length == 2 ? OffPolicyMethod.Mask : OffPolicyMethod.Truncate,
            Level = golden.Text("params/rollout_is") == "token" ? OffPolicyLevel.Token : OffPolicyLevel.Sequence,
            Low = threshold.Length == 2 ? threshold[0] : 0,
            High = threshold[^1],
            Normalize = golden["params/rollout_is_batch_normalize"].GetBoolean(),
        };
    }

    private static double VerlMetric(string name, OffPolicyCorrection correction, Tensor weights, Tensor raw, Tensor mask)
    {
        var (low, high) = (correction.Low > 0 ? correction.Low : 1 / correction.High, correction.High);
        var tokens = correction.Level == OffPolicyLevel.Token;
        var counting = weights.masked_select(mask);
        var rawCounting = raw.masked_select(mask);

        // A row's weight at the sequence level, 1 for an empty one; and a row's mean weight.
        var ofRow = raw.max(1).values.masked_fill(mask.any(1).logical_not(), 1);
        var rowMeans = weights.sum(1) / mask.sum(1).clamp(min: 1);
        var rawRowMeans = raw.sum(1) / mask.sum(1).clamp(min: 1);
        var value = name["rollout_is_".Length..] switch
        {
            "max" => tokens ? counting.max() : ofRow.max(),
            "min" => tokens ? counting.min() : ofRow.min(),
            "mean" => counting.mean(),
            "std" => counting.std(unbiased: false),
            "eff_sample_size" => OffPolicyWeights.EffectiveSampleSize(weights, mask),
            "ratio_fraction_high" => Share((tokens ? rawCounting : ofRow) > high),
            "ratio_fraction_low" => Share((tokens ? rawCounting : ofRow) < low),
            "seq_mean" => rowMeans.mean(),
            "seq_std" => rowMeans.shape[0] > 1 ? rowMeans.std() : zeros(1),
            "seq_max" => rowMeans.max(),
            "seq_min" => rowMeans.min(),
            "seq_max_deviation" => (rowMeans - 1).abs().max(),
            "seq_fraction_high" => Share(rawRowMeans > high),
            "seq_fraction_low" => Share(rawRowMeans < low),
            "oob_ratio" => Share((rawCounting < low).logical_or(rawCounting > high)),
            "batch_norm_factor" => OffPolicyWeights.Mean(correction.Level, weights, mask),
            _ => throw new NotSupportedException(name),
        };
        return value.to_type(ScalarType.Float64).item<double>();

        static Tensor Share(Tensor which) => which.to_type(ScalarType.Float64).mean();
    }

    private static Tensor LogProbs(Tensor logits, Tensor labels, double temperature = 1) =>
        TokenLogProbs.Of(new TokenDistribution(logits.flatten(0, 1), temperature), labels.flatten()).view(labels.shape);

    private static Tensor EntropyOf(Tensor logits) =>
        Entropy.PerToken(TokenLogProbs.Distribution(logits.flatten(0, 1), temperature: 1)).view(logits.shape[..2]);

    private static Tensor VerlShare(GoldenCase golden, Tensor perToken, Tensor mask) => Reduced(
        perToken, mask, golden.Text("params/loss_agg_mode"), mask.any(1).sum().item<long>(), mask.sum().item<long>(),
        golden.Number("params/loss_scale_factor", mask.shape[1]));

    private static Tensor Reduced(Tensor perToken, Tensor mask, string mode, double responses, double tokens, double length)
    {
        var reduction = mode switch
        {
            "token-mean" => Reduction.TokenMean,
            "token-sum" => Reduction.Sum,
            "seq-mean-token-sum" => Reduction.ResponseSum,
            "seq-mean-token-sum-norm" => Reduction.FixedLength,
            "seq-mean-token-mean" => Reduction.ResponseMean,
            var other => throw new NotSupportedException(other),
        };
        var scaled = reduction == Reduction.ResponseMean ? perToken * RowsWithEpsilon(mask) : perToken;
        return TokenLoss.Share(scaled, mask, reduction, new((long)responses, (long)tokens, (int)length));
    }

    // Its mean of the rows counts empty ones.
    private static Tensor OpenRlhfShare(GoldenCase golden, Tensor perToken, Tensor mask) => golden["params/token_level_loss"].GetBoolean()
        ? TokenLoss.Share(perToken, mask, Reduction.TokenMean, new(0, mask.sum().item<long>(), 0))
        : TokenLoss.Share(perToken * RowsWithEpsilon(mask), mask, Reduction.ResponseMean, new(mask.shape[0], 0, 0));

    // n / (n + epsilon): what their epsilon makes of a mean over n tokens.
    private static Tensor WithEpsilon(Tensor mask) => Scale(mask.sum());

    private static Tensor RowsWithEpsilon(Tensor mask) => Scale(mask.sum(1, keepdim: true));

    private static Tensor Scale(Tensor count) => count.to_type(ScalarType.Float64) / (count.to_type(ScalarType.Float64) + Epsilon);
}
