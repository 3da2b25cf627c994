using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>Checks of policy losses, of importance ratios and weights.</summary>
internal static class PolicyLossCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
        new("verl/compute_policy_loss_vanilla", golden => Verl(golden, VerlClip(golden) with { DualClip = golden.Number("params/clip_ratio_c", 3) })),
        new("verl/compute_policy_loss_gspo", golden => Verl(golden, VerlClip(golden) with { Ratio = RatioLevel.SequenceToken })),
        new("verl/compute_policy_loss_sapo", golden => Verl(golden, new SapoLoss
        {
            PositiveTemperature = golden.Number("params/tau_pos", 1),
            NegativeTemperature = golden.Number("params/tau_neg", 1.05),
        })),
        new("verl/compute_policy_loss_cispo", golden => Verl(golden, new CispoLoss { Low = VerlLow(golden), High = VerlHigh(golden) })),
        new("verl/compute_policy_loss_gpg", golden => Verl(golden, new ReinforceLoss())),
        new("verl/compute_policy_loss_reinforce", golden => Verl(golden, new ReinforceLoss())),
        new("verl/compute_policy_loss_dppo_tv", golden => Verl(golden, VerlDivergence(golden, BinaryDivergence.TotalVariation))),
        new("verl/compute_policy_loss_dppo_kl", golden => Verl(golden, VerlDivergence(golden, BinaryDivergence.Kl))),
        new("verl/compute_policy_loss_dro", golden => Verl(golden, new DroLoss { Beta = golden.Number("params/dro_beta") })),
        new("verl/compute_policy_loss_clip_cov", golden => Verl(golden, new ClipCovLoss
        {
            Low = VerlLow(golden),
            High = VerlHigh(golden),
            Fraction = golden.Number("params/clip_cov_ratio", 2e-4),
            CovarianceLow = golden.Number("params/clip_cov_lb", 1),
            CovarianceHigh = golden.Number("params/clip_cov_ub", 5),
        })),
        new("verl/compute_policy_loss_kl_cov", golden => Verl(golden, new KlCovLoss
        {
            Fraction = golden.Number("params/kl_cov_ratio", 2e-4),
            Coefficient = golden.Number("params/ppo_kl_coef", 1),
        })),
        new("verl/compute_policy_loss_geo_mean", VerlGeometricMean),
        new("openrlhf/PolicyLoss.forward", OpenRlhf),
        new("trl/GRPOTrainer._compute_loss", Trl),
        new("trl/RLOOTrainer._compute_loss", TrlLeaveOneOut),
    ];

    private static double VerlLow(GoldenCase golden) => golden.Number("params/clip_ratio_low", golden.Number("params/clip_ratio", 0.2));

    private static double VerlHigh(GoldenCase golden) => golden.Number("params/clip_ratio_high", golden.Number("params/clip_ratio", 0.2));

    private static ClippedLoss VerlClip(GoldenCase golden) => new() { Low = VerlLow(golden), High = VerlHigh(golden) };

    private static DppoLoss VerlDivergence(GoldenCase golden, BinaryDivergence divergence) => new()
    {
        Divergence = divergence,
        Low = VerlLow(golden),
        High = VerlHigh(golden),
        RatioCap = golden.Number("params/clip_ratio_c", 20),
    };

    private static void Verl(GoldenCase golden, PolicyLoss loss)
    {
        var mask = golden.Mask("inputs/response_mask");
        var (logProbs, old) = (golden.Tensor("inputs/log_prob"), golden.Tensor(OldOfVerl(golden)));
        var advantages = golden.Tensor("inputs/advantages");
        var selected = PolicyLosses.Select(loss, logProbs, old, advantages, mask, zeros_like(logProbs));
        golden.SameWithGradient("inputs/log_prob", "outputs/loss", "gradients/d_loss__d_log_prob", at =>
            VerlReduced(golden, loss, Weighted(golden, PolicyLosses.PerToken(loss, at, old, advantages, mask, selected)), mask));
        VerlMetrics(golden, loss, logProbs, old, advantages, mask, selected);
    }

    private static string OldOfVerl(GoldenCase golden) => golden.Has("inputs/old_log_prob") ? "inputs/old_log_prob" : "inputs/rollout_log_prob";

    private static Tensor Weighted(GoldenCase golden, Tensor perToken) =>
        golden.Has("inputs/rollout_is_weights") ? perToken * golden.Tensor("inputs/rollout_is_weights") : perToken;

    // GSPO and SAPO are reduced in one way, whatever is asked for.
    private static Tensor VerlReduced(GoldenCase golden, PolicyLoss loss, Tensor perToken, Tensor mask)
    {
        var mode = loss is SapoLoss or ClippedLoss { Ratio: RatioLevel.SequenceToken } ? "seq-mean-token-mean" : golden.Text("params/loss_agg_mode");
        var shares = golden.Number("params/dp_size", 1);
        var totals = new StepTotals(
            (long)golden.Number("params/global_batch_size", mask.any(1).sum().item<long>()),
            (long)golden.Number("params/batch_num_tokens", mask.sum().item<long>()),
            (int)golden.Number("params/loss_scale_factor", mask.shape[1]));
        return shares * mode switch
        {
            "token-mean" => TokenLoss.Share(perToken, mask, Reduction.TokenMean, totals),
            "token-sum" => TokenLoss.Share(perToken, mask, Reduction.Sum, totals),
            "seq-mean-token-sum" => TokenLoss.Share(perToken, mask, Reduction.ResponseSum, totals),
            "seq-mean-token-sum-norm" => TokenLoss.Share(perToken, mask, Reduction.FixedLength, totals),
            "seq-mean-token-mean" => TokenLoss.Share(WithEpsilon(perToken, mask), mask, Reduction.ResponseMean, totals),
            _ => throw new NotSupportedException(mode),
        };
    }

    // The others add 1e-8 to a response's number of tokens before they divide by it.
    private static Tensor WithEpsilon(Tensor perToken, Tensor mask)
    {
        var counts = mask.sum(1, keepdim: true).to_type(ScalarType.Float64);
        return perToken * (counts / (counts + 1e-8));
    }

    private static void VerlMetrics(
        GoldenCase golden, PolicyLoss loss, Tensor logProbs, Tensor old, Tensor advantages, Tensor mask, Tensor selected)
    {
        var (low, high) = PolicyLosses.Stopped(loss, logProbs, old, advantages, mask);
        var ratio = ImportanceRatio.Of(RatioLevel.Token, logProbs, old, mask);
        var far = high.logical_and(advantages < 0);
        var (clipped, lower) = loss switch
        {
            ClippedLoss => (low.logical_or(high).logical_and(~far), far),
            CispoLoss cispo => (Either(ClippedWeight.Clipped(cispo, ratio)), zeros_like(mask)),
            DppoLoss dppo => (low.logical_or(high), (ratio > dppo.RatioCap).logical_and(~low).logical_and(~high)),
            ClipCovLoss => (selected, zeros_like(mask)),
            _ => (low, high),
        };
        var k1 = KlEstimators.PerToken(KlEstimator.K1, old, logProbs);
        SameIfThere(golden, "outputs/metrics/actor/pg_clipfrac", Fraction(clipped, mask));
        SameIfThere(golden, "outputs/metrics/actor/pg_clipfrac_lower", Fraction(lower, mask));
        SameIfThere(golden, "outputs/metrics/actor/ppo_kl", Masked.Mean(loss is KlCovLoss ? k1.abs() : k1, mask));
    }

    private static void SameIfThere(GoldenCase golden, string path, Tensor ours)
    {
        if (golden.Has(path))
        {
            golden.Same(path, ours);
        }
    }

    private static Tensor Either((Tensor Low, Tensor High) masks) => masks.Low.logical_or(masks.High);

    private static Tensor Fraction(Tensor these, Tensor mask) => Masked.Mean(these.to_type(ScalarType.Float64), mask);

    // verl adds 1e-8 to a response's number of tokens, inside the exponential too, so no factor leads from ours to theirs.
    private static void VerlGeometricMean(GoldenCase golden)
    {
        var loss = new GeometricMeanLoss { Low = VerlLow(golden), High = VerlHigh(golden) };
        var mask = golden.Mask("inputs/response_mask");
        var (logProbs, old, advantages) = (golden.Tensor("inputs/log_prob"), golden.Tensor("inputs/old_log_prob"), golden.Tensor("inputs/advantages"));
        SlightlyDifferent(golden, "outputs/loss", Loss(logProbs));
        SlightlyDifferent(golden, "gradients/d_loss__d_log_prob", Numbers.Gradient(logProbs, Loss));

        // verl counts what lies outside the band on either side, also where the bound does not act.
        var outside = PolicyLosses.Stopped(loss, logProbs, old, ones_like(advantages), mask).High
            .logical_or(PolicyLosses.Stopped(loss, logProbs, old, -ones_like(advantages), mask).Low);
        SameIfThere(golden, "outputs/metrics/actor/pg_clipfrac", Fraction(outside.logical_and(advantages > 0), mask));
        SameIfThere(golden, "outputs/metrics/actor/pg_clipfrac_lower", Fraction(outside.logical_and(advantages < 0), mask));
        SameIfThere(golden, "outputs/metrics/actor/ppo_kl", Masked.Mean(KlEstimators.PerToken(KlEstimator.K1, old, logProbs), mask));

        Tensor Loss(Tensor at)
        {
            var perToken = PolicyLosses.PerToken(loss, at, old, advantages, mask, zeros_like(mask));
            if (golden.Has("inputs/rollout_is_weights"))
            {
                var weights = golden.Tensor("inputs/rollout_is_weights").log();
                perToken = perToken * ImportanceRatio.Of(RatioLevel.Sequence, weights, zeros_like(weights), mask);
            }

            return TokenLoss.Share(perToken, mask, Reduction.ResponseMean, new StepTotals(mask.shape[0], 1, 1));
        }
    }

    // Requires numbers that agree to 1e-7; where they are further apart than rounding, the difference must be listed.
    private static void SlightlyDifferent(GoldenCase golden, string path, Tensor ours)
    {
        var found = Numbers.Of(ours);
        var theirs = ours.dim() == 0 ? [golden.Number(path)] : Numbers.Of(golden.Tensor(path));
        var far = found.Zip(theirs, (our, their) => Math.Abs(our - their) / (1e-3 + Math.Abs(their))).Max();
        Assert.True(far <= Tolerances.OtherEpsilon, $"{golden.Id}: {path} is off by {far:R}, relative.");
        if (far > 1e-9)
        {
            golden.DiffersOnPurpose(path, found, theirs);
        }
    }

    private static void OpenRlhf(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/action_mask");
        var (logProbs, old, advantages) = (golden.Tensor("inputs/log_probs"), golden.Tensor("inputs/old_log_probs"), golden.Tensor("inputs/advantages"));
        var corrected = golden.Has("params/enable_vllm_is_correction") && golden["params/enable_vllm_is_correction"].GetBoolean();
        var sequence = golden.Has("params/policy_loss_type") && golden.Text("params/policy_loss_type") == "gspo";
        var from = sequence && corrected ? golden.Tensor("inputs/rollout_log_probs") : old;
        var weights = corrected && !sequence ? OpenRlhfWeights(golden, old, mask) : ones_like(old);
        var loss = new ClippedLoss
        {
            Ratio = sequence ? RatioLevel.Sequence : RatioLevel.Token,
            Low = golden.Number("params/clip_eps_low"),
            High = golden.Number("params/clip_eps_high"),
            DualClip = golden.Number("params/dual_clip", 0),
        };
        golden.SameWithGradient("inputs/log_probs", "outputs/loss", "gradients/d_loss__d_log_probs", at =>
            OpenRlhfReduced(golden, weights * PolicyLosses.PerToken(loss, at, from, advantages, mask, zeros_like(mask)), mask, sequence));
        var clipped = Either(PolicyLosses.Stopped(loss with { DualClip = 0 }, logProbs, from, advantages, mask));
        golden.Same("outputs/clip_ratio", Fraction(clipped, mask));
        golden.Same("outputs/ppo_kl", Masked.Mean(KlEstimators.PerToken(KlEstimator.K1, old, logProbs), mask));
        if (golden.Has("outputs/vllm_kl"))
        {
            golden.Same("outputs/vllm_kl", Masked.Mean(KlEstimators.PerToken(KlEstimator.K1, golden.Tensor("inputs/rollout_log_probs"), old), mask));
        }
    }

    private static Tensor OpenRlhfReduced(GoldenCase golden, Tensor perToken, Tensor mask, bool sequence)
    {
        var totals = new StepTotals(
            (long)golden.Number("params/global_batch_size", mask.any(1).sum().item<long>()),
            (long)golden.Number("params/batch_num_tokens", mask.sum().item<long>()),
            1);
        var ofTokens = !sequence && golden["params/token_level_loss"].GetBoolean();
        var share = ofTokens
            ? TokenLoss.Share(perToken, mask, Reduction.TokenMean, totals)
            : TokenLoss.Share(WithEpsilon(perToken, mask), mask, Reduction.ResponseMean, totals);
        return golden.Number("params/dp_size", 1) * share;
    }

    private static Tensor OpenRlhfWeights(GoldenCase golden, Tensor old, Tensor mask)
    {
        var bounds = golden.List("params/vllm_is_truncated_threshold");
        var correction = new OffPolicyCorrection { Low = bounds[0], High = bounds[1] };
        correction = golden.Text("params/vllm_is_correction_type") switch
        {
            "tis" => correction with { Method = OffPolicyMethod.Truncate },
            "icepop" => correction with { Method = OffPolicyMethod.Mask },
            "seq-mask-tis" => correction with { Method = OffPolicyMethod.Gate, Level = OffPolicyLevel.SequenceMean },
            var other => throw new NotSupportedException(other),
        };
        return OffPolicyWeights.Of(correction, old, golden.Tensor("inputs/rollout_log_probs"), mask);
    }

    private static void Trl(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/completion_mask");
        var loss = TrlLoss(golden);
        var entropy = TrlEntropy(golden, golden.Tensor("inputs/logits"));
        golden.SameWithGradient("inputs/per_token_logps", "outputs/loss", "gradients/d_loss__d_per_token_logps", at => TrlTotal(golden, loss, at, entropy));
        var labels = golden.Tensor("inputs/labels").flatten();
        golden.SameWithGradient("inputs/logits", "outputs/loss", "gradients/d_loss__d_logits", logits =>
        {
            var distribution = TokenLogProbs.Distribution(logits.flatten(0, 1), temperature: 1);
            return TrlTotal(golden, loss, TokenLogProbs.Of(distribution, labels).view_as(mask), TrlEntropy(golden, logits));
        });
        TrlMetrics(golden, loss, entropy, mask);
    }

    private static PolicyLoss TrlLoss(GoldenCase golden)
    {
        var sequence = golden.Text("params/importance_sampling_level") == "sequence";
        PolicyLoss loss = golden.Text("params/loss_type") switch
        {
            "grpo" or "bnpo" or "dr_grpo" or "dapo" or "luspo" => new ClippedLoss
            {
                Ratio = sequence ? RatioLevel.Sequence : RatioLevel.Token,
                Low = golden.Number("params/epsilon"),
                High = golden.Number("params/epsilon_high", golden.Number("params/epsilon")),
                RatioCap = golden.Number("params/delta", 0),
            },
            "cispo" => new CispoLoss { Low = 1, High = golden.Number("params/epsilon_high") - 1 },

            // TRL rounds the temperatures to float32.
            "sapo" => new SapoLoss
            {
                PositiveTemperature = (float)golden.Number("params/sapo_temperature_pos"),
                NegativeTemperature = (float)golden.Number("params/sapo_temperature_neg"),
            },
            "vespo" => new VespoLoss
            {
                PositivePower = golden.Number("params/vespo_k_pos"),
                PositiveRate = golden.Number("params/vespo_lambda_pos"),
                NegativePower = golden.Number("params/vespo_k_neg"),
                NegativeRate = golden.Number("params/vespo_lambda_neg"),
            },
            var other => throw new NotSupportedException(other),
        };
        return loss is ClippedLoss || !sequence ? loss : throw new NotSupportedException("A sequence ratio with a loss that has none.");
    }

    private static Tensor TrlEntropy(GoldenCase golden, Tensor logits) =>
        Entropy.PerToken(TokenLogProbs.Distribution(logits.flatten(0, 1), temperature: 1)).view_as(golden.Tensor("inputs/completion_mask"));

    private static Tensor TrlTotal(GoldenCase golden, PolicyLoss loss, Tensor logProbs, Tensor entropy)
    {
        var mask = golden.Mask("inputs/completion_mask");
        var share = TrlReduced(golden, TrlPerToken(golden, loss, logProbs, mask), mask);
        var coefficient = golden.Number("params/entropy_coef", 0);
        return coefficient == 0 ? share : share - (coefficient * TrlBonus(golden, entropy, mask));
    }

    // Three types divide the sum by the tokens of the whole generation batch; the others take the mean.
    private static Tensor TrlBonus(GoldenCase golden, Tensor entropy, Tensor mask) => golden.Text("params/loss_type") is "cispo" or "dapo" or "vespo"
        ? TrlReduced(golden, entropy, mask)
        : Masked.Mean(entropy, mask) / golden.Number("params/gradient_accumulation_steps", 1);

    private static Tensor TrlPerToken(GoldenCase golden, PolicyLoss loss, Tensor logProbs, Tensor mask)
    {
        var old = TrlOld(golden, logProbs);
        var perToken = PolicyLosses.PerToken(loss, logProbs, old, TrlAdvantages(golden, mask), mask, zeros_like(mask));
        if (golden.Has("params/off_policy_mask_threshold"))
        {
            var sampling = golden.Has("inputs/sampling_per_token_logps") ? golden.Tensor("inputs/sampling_per_token_logps") : old;
            var limit = golden.Number("params/off_policy_mask_threshold");
            perToken = Masked.Zero(perToken, OffPolicyMask.Keep(TrlAdvantages(golden, mask), logProbs, sampling, mask, limit));
        }

        if (golden.Number("params/top_entropy_quantile", 1) is < 1 and var share)
        {
            perToken = Masked.Zero(perToken, TrlUncertain(TrlEntropy(golden, golden.Tensor("inputs/logits")), mask, share));
        }

        if (golden.Has("inputs/importance_sampling_ratio") && loss is not VespoLoss)
        {
            perToken = perToken * golden.Tensor("inputs/importance_sampling_ratio");
        }

        return golden.Number("params/beta", 0) == 0 ? perToken : perToken + (golden.Number("params/beta") * TrlKl(golden, loss, logProbs, mask));
    }

    // TRL rounds the quantile to float32, so that a token on the quantile itself may fall out.
    private static Tensor TrlUncertain(Tensor entropies, Tensor mask, double share)
    {
        var rounded = quantile(entropies.masked_select(mask).to_type(ScalarType.Float32), tensor((float)(1 - share)));
        return EntropyMask.Highest(entropies, mask, share).logical_and(entropies >= rounded.to_type(ScalarType.Float64));
    }

    // VESPO takes the weights of the engine that sampled into the response's ratio, as if that engine's policy were the old one.
    private static Tensor TrlOld(GoldenCase golden, Tensor logProbs)
    {
        var old = golden.Has("inputs/old_per_token_logps") ? golden.Tensor("inputs/old_per_token_logps") : logProbs.detach();
        return golden.Has("inputs/importance_sampling_ratio") && golden.Text("params/loss_type") == "vespo"
            ? old - golden.Tensor("inputs/importance_sampling_ratio").log()
            : old;
    }

    private static Tensor TrlKl(GoldenCase golden, PolicyLoss loss, Tensor logProbs, Tensor mask)
    {
        var reference = golden.Tensor("inputs/ref_per_token_logps");
        var level = loss is ClippedLoss clipped ? clipped.Ratio : RatioLevel.Token;
        return golden["params/use_bias_correction_kl"].GetBoolean()
            ? KlEstimators.Weighted(KlEstimator.K3, logProbs, reference, ImportanceRatio.Of(level, logProbs, TrlOld(golden, logProbs), mask))
            : KlEstimators.PerToken(KlEstimator.K3, logProbs, reference);
    }

    private static Tensor TrlAdvantages(GoldenCase golden, Tensor mask)
    {
        var advantages = golden.Tensor("inputs/advantages");
        return advantages.dim() == 2 ? advantages : advantages.unsqueeze(1).expand_as(mask).contiguous();
    }

    // TRL counts responses of no token too. Its gradients are later summed over the accumulation's steps.
    private static Tensor TrlReduced(GoldenCase golden, Tensor perToken, Tensor mask)
    {
        var steps = golden.Number("params/gradient_accumulation_steps", 1);
        var batch = new StepTotals(mask.shape[0], mask.sum().item<long>(), (int)golden.Number("params/max_completion_length", 1));
        return golden.Text("params/loss_type") switch
        {
            "grpo" or "sapo" => TokenLoss.Share(perToken, mask, Reduction.ResponseMean, batch) / steps,
            "bnpo" => TokenLoss.Share(perToken, mask, Reduction.TokenMean, batch) / steps,
            "dr_grpo" => TokenLoss.Share(perToken, mask, Reduction.FixedLength, batch) / steps,
            "cispo" or "dapo" or "vespo" => TokenLoss.Share(
                perToken, mask, Reduction.TokenMean, batch with { Tokens = (long)golden.Number("params/num_items_in_batch") }),
            "luspo" => TokenLoss.Share(perToken, mask, Reduction.ResponseSum, batch) / steps,
            var other => throw new NotSupportedException(other),
        };
    }

    private static void TrlMetrics(GoldenCase golden, PolicyLoss loss, Tensor entropy, Tensor mask)
    {
        var logProbs = golden.Tensor("inputs/per_token_logps");
        var (old, advantages) = (TrlOld(golden, logProbs), TrlAdvantages(golden, mask));
        golden.Same("outputs/metrics/entropy", Masked.Mean(entropy, mask));
        SameIfThere(golden, "outputs/metrics/entropy_coef", tensor(golden.Number("params/entropy_coef", 0)));
        var policy = TrlReduced(golden, TrlPerToken(golden, loss, logProbs, mask), mask);
        var accumulated = golden.Text("params/loss_type") is "cispo" or "dapo" or "vespo" ? 1 : golden.Number("params/gradient_accumulation_steps", 1);
        SameIfThere(golden, "outputs/metrics/policy_loss", policy * accumulated);
        if (golden.Has("outputs/metrics/kl"))
        {
            golden.Same("outputs/metrics/kl", Masked.Mean(TrlKl(golden, loss, logProbs, mask), mask));
        }

        var (low, high) = PolicyLosses.Stopped(loss, logProbs, old, advantages, mask);
        var ofSequences = loss is ClippedLoss { Ratio: RatioLevel.Sequence };
        ClipMetrics(golden, low, high.logical_and(advantages > 0), mask, ofSequences);
        if (loss is CispoLoss cispo)
        {
            var ratio = ImportanceRatio.Of(RatioLevel.Token, logProbs, old, mask);
            golden.Same("outputs/metrics/cispo_clip_ratio", Fraction(ClippedWeight.Clipped(cispo, ratio).High.logical_and(advantages > 0), mask));
        }

        if (loss is VespoLoss vespo)
        {
            var weights = GammaWeight.Of(vespo, Masked.Zero(logProbs, mask), Masked.Zero(old, mask), advantages);
            var each = golden.Tensor("inputs/advantages").dim() == 2 ? Masked.Mean(weights, mask) : weights.select(1, 0).mean();
            golden.Same("outputs/metrics/vespo/phi_seq_mean", each);
        }
    }

    // Of tokens, or of responses where the ratio is the response's.
    private static void ClipMetrics(GoldenCase golden, Tensor low, Tensor high, Tensor mask, bool ofSequences)
    {
        Check("low_mean", Mean(low));
        Check("high_mean", Mean(high));
        Check("region_mean", Mean(low.logical_or(high)));
        Check("low_min", OfRows(low).min());
        Check("high_max", OfRows(high).max());

        Tensor Mean(Tensor these) => ofSequences ? OfRows(these).mean() : Fraction(these, mask);

        Tensor OfRows(Tensor these) => ofSequences
            ? these.any(1).to_type(ScalarType.Float64)
            : (these.sum(1).to_type(ScalarType.Float64) / mask.sum(1)).masked_select(mask.any(1));

        void Check(string name, Tensor ours) => SameIfThere(golden, $"outputs/metrics/clip_ratio/{name}", ours);
    }

    // The old log-probs are given as sums over the response, here put on one of its tokens.
    private static void TrlLeaveOneOut(GoldenCase golden)
    {
        var mask = golden.Mask("inputs/completion_mask");
        var loss = new ClippedLoss
        {
            Ratio = RatioLevel.Product,
            Low = golden.Number("params/epsilon"),
            High = golden.Number("params/epsilon_high", golden.Number("params/epsilon")),
        };
        var first = (mask.cumsum(1) == 1).logical_and(mask);
        var old = golden.Tensor("inputs/old_logps").unsqueeze(1) * first;
        var advantages = TrlAdvantages(golden, mask);
        var distribution = TokenLogProbs.Distribution(golden.Tensor("inputs/logits").flatten(0, 1), temperature: 1);
        var logProbs = TokenLogProbs.Of(distribution, golden.Tensor("inputs/labels").flatten()).view_as(mask);
        golden.Same("outputs/loss", Loss(logProbs));
        golden.Same("gradients/d_loss__d_per_token_logps", Numbers.Gradient(logProbs, Loss));
        golden.Same("outputs/metrics/entropy", Masked.Mean(Entropy.PerToken(distribution).view_as(mask), mask));
        var (low, high) = PolicyLosses.Stopped(loss, logProbs, old, advantages, mask);
        ClipMetrics(golden, low, high, mask, ofSequences: true);

        Tensor Loss(Tensor at) => TokenLoss.Share(
            PolicyLosses.PerToken(loss, at, old, advantages, mask, zeros_like(mask)), mask, Reduction.ResponseMean,
            new StepTotals(mask.shape[0], 1, 1));
    }
}
