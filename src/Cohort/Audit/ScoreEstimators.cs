using Cohort.Advantages;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// When an estimator of the score's policy gradient is unbiased: each row of the table as the code that training runs, with what is said of it.
/// The exact gradient is that of -<see cref="ExactObjectives.ExpectedScore"/>, unless said otherwise.
/// </summary>
public static class ScoreEstimators
{
    private const double Constant = 0.37;
    private const double Lambda = 0.6;
    private const double Discount = 0.9;
    private const double Epsilon = 1e-8;

    /// <summary>Scores less a baseline, with the score-function loss summed over the response's tokens; on-policy.</summary>
    /// <param name="problem">Completions, policies and scores.</param>
    /// <param name="samplesPerPrompt">G, at least 2.</param>
    public static IReadOnlyList<Estimator> Baselines(ExactProblem problem, int samplesPerPrompt)
    {
        return
        [
            Of("no baseline", new Claim.Multiple(1), rows => BaselineAdvantage.PerToken(rows.Scores, zeros_like(rows.Scores), rows.Mask)),
            Of("constant baseline", new Claim.Multiple(1), rows => BaselineAdvantage.PerToken(
                rows.Scores, full_like(rows.Scores, Constant), rows.Mask)),
            Of("greedy baseline (ReMax)", new Claim.Multiple(1), rows => GreedyBaselineAdvantage.PerToken(
                ShapedRewards.OnLastToken(rows.Scores, rows.Mask), rows.Of(GreedyScores(problem)), rows.Mask)),
            Of("leave-one-out (RLOO)", new Claim.Multiple(1), LeaveOneOut),
            Of("group mean with the sample (Dr. GRPO)", new Claim.Multiple(1 - (1.0 / samplesPerPrompt)),
                rows => rows.Broadcast(GroupRelative(rows, GroupScale.None))),
            Of("length-weighted mean with the sample (OPO)", new Claim.Biased("the weights depend on the sample"), rows => rows.Broadcast(
                LengthWeightedBaseline.PerResponse(rows.Scores, rows.Scored, rows.Mask, samplesPerPrompt))),
            Of("optimal token baseline with the sample (OTB)", new Claim.Biased("the weights depend on the sample"), rows =>
                OptimalTokenBaseline.PerToken(ShapedRewards.OnLastToken(rows.Scores, rows.Mask), GradientNorms(rows), rows.Mask, samplesPerPrompt)),
            Of("group deviation (GRPO)", new Claim.Biased("the deviation depends on the sample"),
                rows => rows.Broadcast(GroupRelative(rows, GroupScale.GroupDeviation))),
            Of("best of the group (pass@k)", new Claim.Biased("another objective: the best of a group"), BestOfGroup),
        ];

        Estimator Of(string name, Claim claim, Func<SampledRows, Tensor> advantages) =>
            Reinforce(name, claim, samplesPerPrompt, Reduction.ResponseSum, advantages);
    }

    /// <summary>Baselines and scales taken over the whole batch, with the score-function loss summed over the response's tokens; on-policy.</summary>
    /// <inheritdoc cref="Baselines" path="/param"/>
    public static IReadOnlyList<Estimator> BatchWide(ExactProblem problem, int samplesPerPrompt)
    {
        var batch = samplesPerPrompt * problem.Tree.Shape.Prompts;
        var tokens = new Claim.Biased("mean and deviation depend on the sample, and count tokens");
        return
        [
            Of("batch mean with the sample", new Claim.Multiple(1 - (1.0 / batch)), rows => rows.Broadcast(rows.EachBatch(
                [rows.Scores, rows.Scored], of => BatchBaselineAdvantage.PerResponse(of[0], of[1])))),
            Of("batch deviation", new Claim.Biased("the deviation depends on the sample"), rows => rows.Broadcast(rows.EachBatch(
                [rows.Scores, rows.Scored], of => GroupRelativeAdvantage.PerResponse(
                    of[0], of[1], samplesPerPrompt, GroupScale.BatchDeviation, Epsilon)))),
            Of("batch whitening (REINFORCE++)", tokens, rows => rows.EachBatch(
                (scores, mask) => ReinforcePlusPlusAdvantage.PerToken(ShapedRewards.OnLastToken(scores, mask), mask, discount: 1, Epsilon))),
            Of("group mean, batch whitening (REINFORCE++ baseline)", tokens, rows => rows.EachBatch(
                (scores, mask) => ReinforcePlusPlusAdvantage.WithGroupBaseline(scores, mask.select(1, 0), mask, samplesPerPrompt, Epsilon))),
        ];

        Estimator Of(string name, Claim claim, Func<SampledRows, Tensor> advantages) =>
            Reinforce(name, claim, samplesPerPrompt, Reduction.ResponseSum, advantages);
    }

    /// <summary>The best of a group, whose exact gradient is that of -<see cref="ExactObjectives.ExpectedBest"/>; on-policy.</summary>
    /// <param name="samplesPerPrompt">G, at least 2.</param>
    public static Estimator ForTheBest(int samplesPerPrompt) => Reinforce(
        "best of the group (pass@k), against the expected best", new Claim.Multiple(1.0 / samplesPerPrompt), samplesPerPrompt,
        Reduction.ResponseSum, BestOfGroup);

    /// <summary>Generalized advantages with one sample per prompt; on-policy.</summary>
    /// <param name="problem">Completions, policies and scores.</param>
    public static IReadOnlyList<Estimator> Critics(ExactProblem problem)
    {
        return
        [
            Of("GAE, λ 1, any V", new Claim.Multiple(1), AnyValues, 1, 1),
            Of("GAE, λ 0.6, exact V", new Claim.Multiple(1), ExactValues, 1, Lambda),
            Of("GAE, λ 0, exact V", new Claim.Multiple(1), ExactValues, 1, 0),
            Of("GAE, λ 0.6, wrong V", new Claim.Biased("the error of V stays in the advantage"), AnyValues, 1, Lambda),
            Of("GAE, λ 1, γ 0.9", new Claim.Biased("another objective: late scores count less"), AnyValues, Discount, 1),
        ];

        Estimator Of(string name, Claim claim, Func<ExactProblem, Tensor> values, double discount, double lambda) =>
            Reinforce(name, claim, 1, Reduction.ResponseSum, rows => GeneralizedAdvantage.PerToken(
                ShapedRewards.OnLastToken(rows.Scores, rows.Mask), rows.Of(values(problem)), rows.Mask, discount, lambda));
    }

    /// <summary>Reductions and policy losses over leave-one-out advantages; on-policy.</summary>
    /// <param name="problem">Completions, policies and scores.</param>
    /// <param name="samplesPerPrompt">G, at least 2.</param>
    public static IReadOnlyList<Estimator> Losses(ExactProblem problem, int samplesPerPrompt)
    {
        var (length, batch) = (problem.Tree.Shape.Length, samplesPerPrompt * problem.Tree.Shape.Prompts);
        var lengths = new Claim.Biased("a response counts by its length");
        return
        [
            Of("fixed length (Dr. GRPO)", new Claim.Multiple(1.0 / length), Reduction.FixedLength, new ReinforceLoss()),
            Of("sum", new Claim.Multiple(batch), Reduction.Sum, new ReinforceLoss()),
            Of("1/|o| (GRPO)", lengths, Reduction.ResponseMean, new ReinforceLoss()),
            Of("token mean (DAPO)", lengths, Reduction.TokenMean, new ReinforceLoss()),
            Of("clipped (PPO)", new Claim.Multiple(1), Reduction.ResponseSum, new ClippedLoss()),
            Of("clipped weight (CISPO)", new Claim.Multiple(1), Reduction.ResponseSum, new CispoLoss()),
            Of("soft gate (SAPO)", new Claim.Multiple(1), Reduction.ResponseSum, new SapoLoss()),
            Of("divergence mask (DPPO)", new Claim.Multiple(1), Reduction.ResponseSum, new DppoLoss()),
            Of("squared log-ratio (DRO)", new Claim.Multiple(1), Reduction.ResponseSum, new DroLoss()),
            Of("gamma weight (VESPO)", new Claim.Multiple(1), Reduction.ResponseSum, new VespoLoss()),
            Of("product ratio", new Claim.Multiple(1), Reduction.ResponseMean, new UnclippedLoss { Ratio = RatioLevel.Product }),
            Of("sequence ratio, 1/|o| (GSPO)", lengths, Reduction.ResponseMean, new ClippedLoss { Ratio = RatioLevel.Sequence }),
            Of("geometric mean, 1/|o| (GMPO)", lengths, Reduction.ResponseMean, new GeometricMeanLoss()),
            Of("sequence ratio, sum (LUSPO)", new Claim.Multiple(1), Reduction.ResponseSum, new ClippedLoss { Ratio = RatioLevel.Sequence }),
        ];

        Estimator Of(string name, Claim claim, Reduction reduction, PolicyLoss loss) => WithLoss(name, claim, samplesPerPrompt, reduction, loss);
    }

    /// <summary>Policy losses over leave-one-out advantages of completions that an older policy sampled.</summary>
    /// <param name="samplesPerPrompt">G, at least 2.</param>
    public static IReadOnlyList<Estimator> Stale(int samplesPerPrompt)
    {
        return
        [
            Of("product ratio, unclipped", new Claim.Multiple(1), Reduction.ResponseMean, new UnclippedLoss { Ratio = RatioLevel.Product }),
            Of("token ratio, unclipped", new Claim.Biased("the ratios of the other tokens are missing"), Reduction.ResponseSum, new UnclippedLoss()),
            Of("token ratio, clipped (PPO)", new Claim.Biased("clipped"), Reduction.ResponseSum, new ClippedLoss()),
            Of("clipped weight (CISPO)", new Claim.Biased("clipped"), Reduction.ResponseSum, new CispoLoss()),
            Of("sequence ratio, sum (LUSPO)", new Claim.Biased("the geometric mean of ratios"), Reduction.ResponseSum,
                new UnclippedLoss { Ratio = RatioLevel.Sequence }),
            Of("no ratio", new Claim.Biased("the old policy's expectation"), Reduction.ResponseSum, new ReinforceLoss()),
        ];

        Estimator Of(string name, Claim claim, Reduction reduction, PolicyLoss loss) => WithLoss(name, claim, samplesPerPrompt, reduction, loss);
    }

    /// <summary>The score-function loss over advantages.</summary>
    /// <param name="name">As the tables name it.</param>
    /// <param name="claim">What is said of it.</param>
    /// <param name="samplesPerPrompt">G.</param>
    /// <param name="reduction">How the per-token losses become one number.</param>
    /// <param name="advantages">[R,T] from the rows.</param>
    internal static Estimator Reinforce(
        string name, Claim claim, int samplesPerPrompt, Reduction reduction, Func<SampledRows, Tensor> advantages) =>
        new(name, claim, samplesPerPrompt, reduction, rows => Loss(new ReinforceLoss(), rows, advantages(rows)));

    /// <summary>A_i of the rows' groups, by the group's mean and a scale.</summary>
    internal static Tensor GroupRelative(SampledRows rows, Tensor scores, GroupScale scale) =>
        GroupRelativeAdvantage.PerResponse(scores, rows.Scored, rows.SamplesPerPrompt, scale, Epsilon);

    /// <summary>A policy loss over leave-one-out advantages.</summary>
    internal static Estimator WithLoss(string name, Claim claim, int samplesPerPrompt, Reduction reduction, PolicyLoss loss) =>
        new(name, claim, samplesPerPrompt, reduction, rows => Loss(loss, rows, LeaveOneOut(rows)));

    /// <summary>[R,T], a policy loss over advantages.</summary>
    internal static Tensor Loss(PolicyLoss loss, SampledRows rows, Tensor advantages) =>
        PolicyLosses.PerToken(loss, rows.LogProbs, rows.OldLogProbs, advantages, rows.Mask, zeros_like(rows.Mask));

    /// <summary>[R,T], each score less the mean of its siblings'.</summary>
    internal static Tensor LeaveOneOut(SampledRows rows) =>
        rows.Broadcast(LeaveOneOutAdvantage.PerResponse(rows.Scores, rows.Scored, rows.SamplesPerPrompt));

    private static Tensor GroupRelative(SampledRows rows, GroupScale scale) => GroupRelative(rows, rows.Scores, scale);

    private static Tensor BestOfGroup(SampledRows rows) => rows.Broadcast(
        BestOfGroupAdvantage.PerResponse(rows.Scores, rows.Scored, rows.SamplesPerPrompt, GroupScale.None, Epsilon));

    /// <summary>[R,T], the squared norm of each token's gradient by its logits.</summary>
    internal static Tensor GradientNorms(SampledRows rows) =>
        OptimalTokenBaseline.GradientNorm(rows.LogProbs, rows.Distributions.exp().square().sum(-1));

    internal static Tensor GreedyScores(ExactProblem problem) => TreeMoments.GreedyScores(problem.Tree, problem.Distributions, problem.Scores);

    /// <summary>[N,T], E[s | the node].</summary>
    internal static Tensor ExactValues(ExactProblem problem) => TreeMoments.NodeMean(
        problem.Tree, problem.SamplingProbabilities, problem.Scores.unsqueeze(1).expand(-1, problem.Tree.Shape.Length));

    // [N,T], a number of each node that has nothing to do with the scores.
    private static Tensor AnyValues(ExactProblem problem) => problem.Tree.Nodes.to_type(problem.Scores.dtype).add(1).sin();
}
