using Cohort.Advantages;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Every placement and estimator of the KL penalty: the penalty's own gradient.</summary>
internal static class AuditedKl
{
    private const double Coefficient = 0.1;
    private const double Epsilon = 1e-4;

    /// <summary>Each for the objective that a user means, the KL of whole responses; and for what it penalizes instead.</summary>
    /// <param name="audit">Measures.</param>
    /// <param name="problem">On-policy.</param>
    /// <param name="samplesPerPrompt">G, where advantages are scaled.</param>
    public static IReadOnlyList<AuditRow> Rows(EstimatorAudit audit, ExactProblem problem, int samplesPerPrompt)
    {
        using var scope = NewDisposeScope();
        var (tree, reference) = (problem.Tree, problem.RefDistributions);
        string[] settings =
        [
            Of("k1", "inReward"), Of("k2", "inReward"), "", Of("k3", "inReward"), Of("abs", "inReward"), Of("exact", "inLoss"), Of("k1", "inLoss"),
            Of("k2", "inLoss"), Of("k3", "inLoss"), Of("plainK3", "inLoss"), "", Of("exact", "inRewardAndLoss"),
        ];
        var sequence = audit.Objective(
            "KL of responses", problem.Gradient(at => ExactObjectives.SequenceKl(tree, at, reference)), problem, KlPenalties.ForTheSequence[0]);
        var states = new AuditObjective("KL per token", problem.Gradient(at => ExactObjectives.StateKl(tree, at, reference)), double.NaN);
        var forward = new AuditObjective("forward KL", problem.Gradient(at => ExactObjectives.ForwardStateKl(tree, at, reference)), double.NaN);
        var scaled = sequence with { Name = "β KL, β 0.1", Gradient = Coefficient * sequence.Gradient };
        return
        [
            .. audit.Rows(problem, sequence, KlPenalties.ForTheSequence.Zip(settings, (estimator, setting) => new Audited(setting, estimator))),
            .. audit.Rows(problem, states, KlPenalties.ForTheStates.Zip(settings.Skip(5), (estimator, setting) => new Audited(setting, estimator))),
            audit.Row(problem, forward, new(Of("plainK3", "inLoss"), KlPenalties.ForTheForwardKl)),
            .. audit.Rows(problem, scaled, KlPenalties.InScaledReward(samplesPerPrompt, Coefficient).Zip(
                ["scale=none", "scale=groupDeviation"], (estimator, scale) => new Audited($"{Of("k1", "inReward")} {Group(scale)}", estimator))),
            .. audit.Rows(problem, scaled, InRewardAndLoss(samplesPerPrompt)),
        ];
    }

    /// <summary>Both halves of the exact penalty where the one in the reward goes through advantages: what they add to the loss of the score alone.</summary>
    /// <param name="samplesPerPrompt">G.</param>
    private static IReadOnlyList<Audited> InRewardAndLoss(int samplesPerPrompt)
    {
        return
        [
            Both("algorithm.advantage.kind=leaveOneOut", "exact in both, leave-one-out", new Claim.Multiple(1), (rows, scores) =>
                LeaveOneOutAdvantage.PerResponse(scores, rows.Scored, samplesPerPrompt)),
            Both(Group("scale=none"), "exact in both, group mean", new Claim.Biased("the half in the reward counts 1 - 1/G"), (rows, scores) =>
                GroupRelativeAdvantage.PerResponse(scores, rows.Scored, samplesPerPrompt, GroupScale.None, Epsilon)),
            Both(Group("scale=groupDeviation"), "exact in both, group deviation", new Claim.Biased("the half in the reward is divided by the deviation"),
                (rows, scores) => GroupRelativeAdvantage.PerResponse(scores, rows.Scored, samplesPerPrompt, GroupScale.GroupDeviation, Epsilon)),
        ];

        Audited Both(string advantage, string name, Claim claim, Func<SampledRows, Tensor, Tensor> advantages) => new(
            $"{Of("exact", "inRewardAndLoss")} {advantage}",
            new(name, claim, samplesPerPrompt, Reduction.ResponseSum, rows =>
            {
                var exact = KlEstimators.Exact(rows.Distributions.flatten(0, 1), rows.RefDistributions.flatten(0, 1)).view_as(rows.Mask);
                var later = KlEstimators.OfNextState(exact.detach(), rows.Mask).sum(1);
                var change = advantages(rows, rows.Scores - (Coefficient * later)) - advantages(rows, rows.Scores);
                return ScoreFunction.PerToken(rows.LogProbs, rows.Broadcast(change)) + (Coefficient * exact);
            }));
    }

    private static string Of(string estimator, string placement) =>
        $"algorithm.kl.estimator={estimator} algorithm.kl.placement={placement}";

    private static string Group(string scale) => $"algorithm.advantage.kind=group algorithm.advantage.{scale}";
}
