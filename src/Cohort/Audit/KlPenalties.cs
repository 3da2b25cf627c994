using Cohort.Advantages;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// What each placement and estimator of the KL penalty really penalizes: the penalty alone, with coefficient 1, as the code that training runs.
/// On-policy, one completion per prompt, summed over the response's tokens.
/// </summary>
public static class KlPenalties
{
    private const string NoFuture = "the KL of later states is missing";

    /// <summary>Every placement and estimator, for the gradient of <see cref="ExactObjectives.SequenceKl"/>.</summary>
    public static IReadOnlyList<Estimator> ForTheSequence =>
    [
        InReward("k1 in the reward", new Claim.Multiple(1), KlEstimator.K1),
        InReward("k2 in the reward", new Claim.Biased("biased as a value"), KlEstimator.K2),
        Returns("exact in the reward", new Claim.Biased("a token's own KL is a baseline and drops out"), ExactPerToken),
        InReward("k3 in the reward", new Claim.Biased("the score of the ratio's own expectation is added"), KlEstimator.K3),
        InReward("|k1| in the reward", new Claim.Biased("biased as a value"), KlEstimator.Abs),
        .. InLoss(new Claim.Biased(NoFuture)),
        InLoss("k3 in the loss, no weight", new Claim.Biased("the forward KL"), KlEstimator.PlainK3),
        new("k1 in the loss, no weight", new Claim.Zero(), 1, Reduction.ResponseSum,
            rows => KlEstimators.PerToken(KlEstimator.K1, rows.LogProbs, rows.RefLogProbs)),
        new("exact in the loss, exact future KL in the reward", new Claim.Multiple(1), 1, Reduction.ResponseSum,
            rows => ExactPerToken(rows) + Penalty(rows, KlEstimators.OfNextState(ExactPerToken(rows).detach(), rows.Mask))),
    ];

    /// <summary>The estimators in the loss, for the gradient of <see cref="ExactObjectives.StateKl"/>.</summary>
    public static IReadOnlyList<Estimator> ForTheStates => InLoss(new Claim.Multiple(1));

    /// <summary>GRPO's published penalty, for the gradient of <see cref="ExactObjectives.ForwardStateKl"/>.</summary>
    public static Estimator ForTheForwardKl => InLoss("k3 in the loss, no weight", new Claim.Multiple(1), KlEstimator.PlainK3);

    /// <summary>
    /// What is left of a k1 penalty in the reward after a group's scale: the advantage of score less penalty, less the advantage of the score.
    /// For the gradient of the sequence KL times the coefficient.
    /// </summary>
    /// <param name="samplesPerPrompt">G, at least 2.</param>
    /// <param name="coefficient">β, in units of score per nat.</param>
    public static IReadOnlyList<Estimator> InScaledReward(int samplesPerPrompt, double coefficient)
    {
        return
        [
            Of("k1 in the reward, group mean", new Claim.Multiple(1 - (1.0 / samplesPerPrompt)), GroupScale.None),
            Of("k1 in the reward, group deviation", new Claim.Biased("β becomes β divided by the group's deviation"), GroupScale.GroupDeviation),
        ];

        Estimator Of(string name, Claim claim, GroupScale scale) =>
            ScoreEstimators.Reinforce(name, claim, samplesPerPrompt, Reduction.ResponseSum, rows => rows.Broadcast(
                ScoreEstimators.GroupRelative(rows, rows.Scores - (coefficient * PerResponse(rows)), scale)
                - ScoreEstimators.GroupRelative(rows, rows.Scores, scale)));
    }

    private static Estimator[] InLoss(Claim claim) =>
    [
        new("exact in the loss", claim, 1, Reduction.ResponseSum, ExactPerToken),
        InLoss("k1 in the loss, weighted", claim, KlEstimator.K1),
        InLoss("k2 in the loss, weighted", claim, KlEstimator.K2),
        InLoss("k3 in the loss, weighted", claim, KlEstimator.K3),
    ];

    private static Estimator InLoss(string name, Claim claim, KlEstimator estimator) => new(name, claim, 1, Reduction.ResponseSum, rows =>
        KlEstimators.Weighted(estimator, rows.LogProbs, rows.RefLogProbs, ImportanceRatio.PerToken(rows.LogProbs, rows.OldLogProbs)));

    private static Estimator InReward(string name, Claim claim, KlEstimator estimator) =>
        Returns(name, claim, rows => KlEstimators.PerToken(estimator, rows.LogProbs, rows.RefLogProbs));

    private static Estimator Returns(string name, Claim claim, Func<SampledRows, Tensor> kl) =>
        new(name, claim, 1, Reduction.ResponseSum, rows => Penalty(rows, kl(rows).detach()));

    // The score-function loss of rewards -KL.
    private static Tensor Penalty(SampledRows rows, Tensor kl)
    {
        var rewards = ShapedRewards.LessKl(zeros_like(kl), kl.masked_fill(~rows.Mask, 0), coefficient: 1);
        var advantages = DiscountedReturns.PerToken(rewards, rows.Mask, discount: 1);
        return ScoreFunction.PerToken(rows.LogProbs, advantages);
    }

    private static Tensor PerResponse(SampledRows rows) =>
        KlEstimators.PerToken(KlEstimator.K1, rows.LogProbs.detach(), rows.RefLogProbs).sum(1);

    private static Tensor ExactPerToken(SampledRows rows) =>
        KlEstimators.Exact(rows.Distributions.flatten(0, 1), rows.RefDistributions.flatten(0, 1)).view_as(rows.Mask);
}
