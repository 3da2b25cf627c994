using Cohort.Losses;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Every reduction, policy loss, off-policy weight and treatment of cut-off completions, over leave-one-out advantages.</summary>
internal static class AuditedLosses
{
    private const string Clipped = "the clip stops some gradients";
    private const string TokenRatio = "the ratios of the other tokens are missing";
    private const string Lengths = "a response counts by its length";

    // Of a few dozen tokens the usual 2e-4 would be one, and none has a covariance above 1.
    private static readonly ClipCovLoss ClipCov = new() { Fraction = 0.1, CovarianceLow = 0.05 };
    private static readonly KlCovLoss KlCov = new() { Fraction = 0.1 };

    /// <summary>How per-token losses become one number.</summary>
    /// <param name="problem">Completions, policies and scores.</param>
    /// <param name="samplesPerPrompt">G.</param>
    public static IReadOnlyList<Audited> Reductions(ExactProblem problem, int samplesPerPrompt)
    {
        var (length, batch) = (problem.Tree.Shape.Length, samplesPerPrompt * problem.Tree.Shape.Prompts);
        return
        [
            Of("responseSum", "sum of a response, mean of responses", new Claim.Multiple(1), Reduction.ResponseSum),
            Of("fixedLength", "fixed length (Dr. GRPO)", new Claim.Multiple(1.0 / length), Reduction.FixedLength),
            Of("sum", "sum over all tokens", new Claim.Multiple(batch), Reduction.Sum),
            Of("responseMean", "1/|o| (GRPO)", new Claim.Biased(Lengths), Reduction.ResponseMean),
            Of("tokenMean", "token mean (DAPO)", new Claim.Biased("the batch's tokens depend on the sample"), Reduction.TokenMean),
        ];

        Audited Of(string setting, string name, Claim claim, Reduction reduction) =>
            new($"algorithm.reduction={setting}", ScoreEstimators.WithLoss(name, claim, samplesPerPrompt, reduction, new ReinforceLoss()));
    }

    /// <summary>Every policy loss.</summary>
    /// <param name="samplesPerPrompt">G.</param>
    /// <param name="isStale">Whether the policy has moved since it sampled; else every ratio is 1.</param>
    /// <param name="seed">Of what a loss draws.</param>
    public static IReadOnlyList<Audited> PolicyLosses(int samplesPerPrompt, bool isStale, ulong seed)
    {
        return
        [
            Of("reinforce", "no ratio (REINFORCE)", "the old policy's expectation", new ReinforceLoss()),
            Of("unclipped", "token ratio, no clip", TokenRatio, new UnclippedLoss()),
            Of("unclipped algorithm.loss.ratio=sequence", "sequence ratio, no clip", "the geometric mean of ratios",
                new UnclippedLoss { Ratio = RatioLevel.Sequence }),
            new("algorithm.loss.kind=unclipped algorithm.loss.ratio=product algorithm.reduction=responseMean", ScoreEstimators.WithLoss(
                "product ratio, no clip", new Claim.Multiple(1), samplesPerPrompt, Reduction.ResponseMean, new UnclippedLoss { Ratio = RatioLevel.Product })),
            Of("clipped", "clipped (PPO)", Clipped, new ClippedLoss()),
            Of("clipped algorithm.loss.high=0.28", "clipped, higher above (DAPO)", Clipped, new ClippedLoss { High = 0.28 }),
            Of("clipped algorithm.loss.dualClip=3", "clipped, dual clip", Clipped, new ClippedLoss { DualClip = 3 }),
            Of("clipped algorithm.loss.ratioCap=4", "clipped, ratio capped", Clipped, new ClippedLoss { RatioCap = 4 }),
            Of("clipped algorithm.loss.ratio=sequence", "sequence ratio, clipped (LUSPO)", Clipped, new ClippedLoss { Ratio = RatioLevel.Sequence }),
            Of("clipped algorithm.loss.ratio=sequenceToken", "GSPO-token, clipped", Clipped, new ClippedLoss { Ratio = RatioLevel.SequenceToken }),
            Biased("clipped algorithm.loss.ratio=sequence algorithm.reduction=responseMean", "sequence ratio, 1/|o| (GSPO)", Lengths,
                Reduction.ResponseMean, new ClippedLoss { Ratio = RatioLevel.Sequence }),
            Biased("geometricMean algorithm.reduction=responseMean", "geometric mean, 1/|o| (GMPO)", Lengths, Reduction.ResponseMean, new GeometricMeanLoss()),
            Of("cispo", "clipped weight (CISPO)", "the weight is clipped", new CispoLoss()),
            Of("sapo", "soft gate (SAPO)", "the gate narrows ratios", new SapoLoss()),
            Of("dppo", "divergence mask (DPPO)", "far tokens are left out", new DppoLoss()),
            Of("dro", "squared log-ratio (DRO)", "no ratio, and a tether", new DroLoss()),
            Of("vespo", "gamma weight (VESPO)", "the weight reshapes ratios", new VespoLoss()),
            Biased("clipCov algorithm.loss.fraction=0.1 algorithm.loss.covarianceLow=0.05", "clipped, without covariant tokens (Clip-Cov)",
                "tokens of high covariance are left out", Reduction.ResponseSum, ClipCov),
            Of("klCov algorithm.loss.fraction=0.1", "penalty on covariant tokens (KL-Cov)", "a penalty on tokens of high covariance", KlCov),
            new("algorithm.entropyShare=0.5", new(
                "half of the tokens, of highest entropy", new Claim.Biased("certain tokens learn nothing"), samplesPerPrompt, Reduction.ResponseSum,
                rows => Masked.Zero(ScoreEstimators.Loss(new ClippedLoss(), rows, ScoreEstimators.LeaveOneOut(rows)), Uncertain(rows)))),
        ];

        Audited Of(string kind, string name, string whenStale, PolicyLoss loss) =>
            Row(kind, name, isStale ? new Claim.Biased(whenStale) : new Claim.Multiple(1), Reduction.ResponseSum, loss);

        Audited Biased(string kind, string name, string why, Reduction reduction, PolicyLoss loss) => Row(kind, name, new Claim.Biased(why), reduction, loss);

        Audited Row(string kind, string name, Claim claim, Reduction reduction, PolicyLoss loss) => new(
            $"algorithm.loss.kind={kind}",
            new(name, claim, samplesPerPrompt, reduction, rows =>
            {
                var advantages = ScoreEstimators.LeaveOneOut(rows);
                return Losses.PolicyLosses.PerToken(loss, rows.LogProbs, rows.OldLogProbs, advantages, rows.Mask, Selected(loss, rows, advantages, seed));
            }));
    }

    /// <summary>Weights for completions that the old policy sampled, where the current one is the step's old policy.</summary>
    /// <param name="samplesPerPrompt">G.</param>
    public static IReadOnlyList<Audited> OffPolicy(int samplesPerPrompt)
    {
        const string Bounded = "the bounds cut ratios";
        return
        [
            Of("method=none", "no weight", new Claim.Biased("the behaviour policy's expectation"), new()),
            Of("method=truncate level=token high=100000000", "token weight, no bound", new Claim.Biased(TokenRatio), Truncate(OffPolicyLevel.Token, 1e8)),
            Of("method=truncate level=sequence high=100000000", "sequence weight, no bound", new Claim.Multiple(1), Truncate(OffPolicyLevel.Sequence, 1e8)),
            Of("method=truncate level=token", "token weight, at most 2 (TIS)", new Claim.Biased(TokenRatio), Truncate(OffPolicyLevel.Token, 2)),
            Of("method=truncate level=sequence high=1.2", "sequence weight, at most 1.2", new Claim.Biased(Bounded), Truncate(OffPolicyLevel.Sequence, 1.2)),
            Of("method=truncate level=sequenceMean", "geometric mean, at most 2", new Claim.Biased("the geometric mean of ratios"),
                Truncate(OffPolicyLevel.SequenceMean, 2)),
            Of("method=mask level=token low=0.5", "token weight, else 0 (IcePop)", new Claim.Biased(Bounded),
                new() { Method = OffPolicyMethod.Mask, Low = 0.5 }),
            Of("method=gate level=sequence low=0.5", "token weight where the sequence's is near", new Claim.Biased(Bounded),
                new() { Method = OffPolicyMethod.Gate, Level = OffPolicyLevel.Sequence, Low = 0.5 }),
            Of("method=truncate level=sequence high=100000000 normalize=true", "sequence weight, normalized",
                new Claim.Biased("the mean depends on the sample"),
                Truncate(OffPolicyLevel.Sequence, 1e8) with { Normalize = true }),
            Of("largestSequenceKl=0.05", "bad and unlikely responses left out", new Claim.Biased("responses are left out by their score"),
                new() { LargestSequenceKl = 0.05 }),
        ];

        Audited Of(string settings, string name, Claim claim, OffPolicyCorrection correction) => new(
            string.Join(' ', settings.Split(' ').Select(setting => $"algorithm.offPolicy.{setting}")),
            new(name, claim, samplesPerPrompt, Reduction.ResponseSum, rows => Weighted(rows, correction)));

        static OffPolicyCorrection Truncate(OffPolicyLevel level, double high) => new() { Method = OffPolicyMethod.Truncate, Level = level, High = high };
    }

    /// <summary>What becomes of completions that the length limit cuts off.</summary>
    /// <param name="task">Knows them.</param>
    /// <param name="samplesPerPrompt">G.</param>
    public static IReadOnlyList<Audited> Truncations(CopyCountTask task, int samplesPerPrompt)
    {
        const string Changed = "another objective: the score is changed";
        return
        [
            Of("keep", "kept", new Claim.Multiple(1), new KeepTruncated()),
            Of("mask", "left out of the loss (overlong filter)", new Claim.Biased("nothing is learned against being cut off"), new MaskTruncated()),
            Of("softOverlong algorithm.truncation.buffer=2", "soft penalty of the last 2 tokens (DAPO)",
                new Claim.Biased(Changed), new SoftOverlong { Buffer = 2 }),
            Of("scale algorithm.truncation.factor=0.5", "score halved", new Claim.Multiple(1), new ScaleTruncated { Factor = 0.5 }),
            Of("replace algorithm.truncation.score=-0.5", "score -0.5", new Claim.Biased(Changed), new ReplaceTruncated { Score = -0.5 }),
        ];

        Audited Of(string kind, string name, Claim claim, TruncationOptions options) => new(
            $"algorithm.truncation.kind={kind}",
            new(name, claim, samplesPerPrompt, Reduction.ResponseSum, rows =>
            {
                var scores = rows.Of(task.Adjusted(options));
                var advantages = Advantages.LeaveOneOutAdvantage.PerResponse(scores, rows.Scored, samplesPerPrompt);
                return ScoreEstimators.Loss(new ReinforceLoss(), rows, rows.Broadcast(advantages));
            })
            {
                LossMask = rows => options is MaskTruncated ? rows.Mask.logical_and((rows.Of(task.Ended) == 1).unsqueeze(1)) : rows.Mask,
            });
    }

    private static Tensor Selected(PolicyLoss loss, SampledRows rows, Tensor advantages, ulong seed)
    {
        if (!Losses.PolicyLosses.NeedsSelection(loss))
            return zeros_like(rows.Mask);

        var (logProbs, draws) = (rows.LogProbs.detach(), Draws(rows.Mask, seed));
        return rows.EachBatch(
            [logProbs, rows.OldLogProbs, advantages, rows.Mask, draws],
            of => Losses.PolicyLosses.Select(loss, of[0], of[1], of[2], of[3], of[4]));
    }

    private static Tensor Draws(Tensor mask, ulong seed)
    {
        var width = mask.shape[1];
        return tensor(Enumerable.Range(0, (int)mask.numel()).Select(
            place => Seeds.Uniform(seed, Purpose.TokenChoice, step: 0, place / width, place % width)).ToArray(), mask.shape);
    }

    private static Tensor Uncertain(SampledRows rows)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var entropies = -(rows.Distributions.exp() * rows.Distributions).sum(-1);
        return rows.EachBatch([entropies, rows.Mask], of => EntropyMask.Highest(of[0], of[1], share: 0.5)).MoveToOuterDisposeScope();
    }

    // As the policy's update has it: the loss with the step's old policy, times the weights; responses may be left out.
    private static Tensor Weighted(SampledRows rows, OffPolicyCorrection correction)
    {
        var (old, advantages) = (rows.LogProbs.detach(), ScoreEstimators.LeaveOneOut(rows));
        var perToken = Losses.PolicyLosses.PerToken(new ClippedLoss(), rows.LogProbs, old, advantages, rows.Mask, zeros_like(rows.Mask));
        if (correction.LargestSequenceKl > 0)
            perToken = Masked.Zero(perToken, OffPolicyMask.Keep(advantages, old, rows.OldLogProbs, rows.Mask, correction.LargestSequenceKl));

        return correction.Method == OffPolicyMethod.None ? perToken
            : correction.Normalize ? perToken * rows.EachBatch([old, rows.OldLogProbs, rows.Mask], of => OffPolicyWeights.Of(correction, of[0], of[1], of[2]))
            : perToken * OffPolicyWeights.Of(correction, old, rows.OldLogProbs, rows.Mask);
    }
}
