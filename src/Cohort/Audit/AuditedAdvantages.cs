using Cohort.Advantages;
using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Every estimator of advantages that a run can choose, with the score-function loss summed over the response's tokens.</summary>
internal static class AuditedAdvantages
{
    // That of the option records.
    private const double Epsilon = 1e-4;
    private const double FormatWeight = 0.2;

    /// <summary>Critic-free estimators for the gradient of -E[s].</summary>
    /// <param name="problem">On-policy.</param>
    /// <param name="samplesPerPrompt">G.</param>
    public static IReadOnlyList<Audited> CriticFree(ExactProblem problem, int samplesPerPrompt)
    {
        string[] baselines =
        [
            "", "", Kind("greedy"), Kind("leaveOneOut"), Kind("group", "scale=none"), Kind("lengthWeighted"), Kind("optimalToken"),
            Kind("group", "scale=groupDeviation"), Kind("bestOfGroup"),
        ];
        string[] wide = [Kind("batch"), Kind("group", "scale=batchDeviation"), Kind("reinforcePlusPlus"), Kind("groupBaseline")];
        return
        [
            .. ScoreEstimators.Baselines(problem, samplesPerPrompt).Zip(baselines, (estimator, settings) => new Audited(settings, estimator)
            {
                SamplesGreedy = settings == Kind("greedy"),
            }),
            .. ScoreEstimators.BatchWide(problem, samplesPerPrompt).Zip(wide, (estimator, settings) => new Audited(settings, estimator)),
            Of(Kind("group", "deviation=leaveOneOut"), "siblings' mean and deviation", "the deviation weighs samples by their siblings", rows =>
                Group(rows, DeviationKind.LeaveOneOut)),
            Of(Kind("group", "deviation=population"), "group deviation, population's", "the deviation depends on the sample", rows =>
                Group(rows, DeviationKind.Population)),
            Of(Kind("optimalToken", "loneTail=true"), "optimal token baseline, lone tail kept", "the weights depend on the sample", rows =>
                OptimalTokenBaseline.PerToken(
                    ShapedRewards.OnLastToken(rows.Scores, rows.Mask), ScoreEstimators.GradientNorms(rows), rows.Mask, samplesPerPrompt, loneTail: true)),
            Of(Kind("signalScaled"), "group mean, scaled by signal (GPG)", "the scale depends on the sample", rows =>
                rows.Broadcast(rows.EachBatch([rows.Scores, rows.Scored], of => GpgAdvantage.PerResponse(of[0], of[1], samplesPerPrompt)))),
        ];

        Audited Of(string settings, string name, string why, Func<SampledRows, Tensor> advantages) => new(
            settings, ScoreEstimators.Reinforce(name, new Claim.Biased(why), samplesPerPrompt, Reduction.ResponseSum, advantages));

        Tensor Group(SampledRows rows, DeviationKind kind) => rows.Broadcast(GroupRelativeAdvantage.PerResponse(
            rows.Scores, rows.Scored, samplesPerPrompt, GroupScale.GroupDeviation, Epsilon, kind));
    }

    /// <summary>Estimators whose objective is another than the score, each with the name of its own.</summary>
    /// <param name="audit">Measures.</param>
    /// <param name="problem">On-policy.</param>
    /// <param name="task">With the parts of the score.</param>
    /// <param name="samplesPerPrompt">G.</param>
    public static IReadOnlyList<AuditRow> OfOtherObjectives(EstimatorAudit audit, ExactProblem problem, CopyCountTask task, int samplesPerPrompt)
    {
        using var scope = NewDisposeScope();
        var tree = problem.Tree;
        var parts = stack([task.Scores, task.Ended], 1);
        var both = task.Scores + (FormatWeight * task.Ended);
        var best = new AuditObjective(
            $"best of {samplesPerPrompt}", problem.Gradient(at => -ExactObjectives.ExpectedBest(tree, at, problem.Scores, samplesPerPrompt)), double.NaN);
        var sum = audit.Objective(
            "correct + 0.2 ended", problem.Gradient(at => -ExactObjectives.ExpectedScore(tree, at, both)), problem,
            Plain("no baseline, both parts", new Claim.Multiple(1), rows => rows.Broadcast(rows.Of(both))));
        var steps = audit.Objective(
            "right tokens", problem.Gradient(at => -ExactObjectives.ExpectedScore(tree, at, task.StepRewards.sum(1))), problem,
            Plain("no baseline, rewards to go", new Claim.Multiple(1), StepReturns));
        return
        [
            audit.Row(problem, best, new(Kind("bestOfGroup"), ScoreEstimators.ForTheBest(samplesPerPrompt) with { Name = "best of the group (pass@k)" })),
            audit.Row(problem, best, new(Kind("bestOfGroup", "scale=groupDeviation"), Plain(
                "best of the group, group deviation", new Claim.Biased("the deviation depends on the sample"), rows => rows.Broadcast(
                    BestOfGroupAdvantage.PerResponse(rows.Scores, rows.Scored, samplesPerPrompt, GroupScale.GroupDeviation, Epsilon))))),
            audit.Row(problem, sum, new(Kind("leaveOneOut"), Plain("leave-one-out on the sum", new Claim.Multiple(1), rows => rows.Broadcast(
                LeaveOneOutAdvantage.PerResponse(rows.Of(both), rows.Scored, samplesPerPrompt))))),
            audit.Row(problem, sum, new(Kind("perReward"), Plain(
                "each part by its deviation (GDPO)", new Claim.Biased("each part is divided by its own deviation"), rows => rows.Broadcast(PerReward(rows))))),
            audit.Row(problem, steps, new("", Plain("rewards to go, no baseline", new Claim.Multiple(1), StepReturns))),
            audit.Row(problem, steps, new(Kind("process"), Plain(
                "steps by the group's deviation (process)", new Claim.Biased("a step's baseline adds up over the steps to come"), rows =>
                    ProcessRelativeAdvantage.PerToken(rows.Of(task.StepRewards), rows.Mask, rows.Mask, samplesPerPrompt, Epsilon)))),
        ];

        Tensor StepReturns(SampledRows rows) => DiscountedReturns.PerToken(rows.Of(task.StepRewards), rows.Mask, discount: 1);

        Tensor PerReward(SampledRows rows)
        {
            var drawn = rows.Of(parts);
            return rows.EachBatch([drawn], of => PerRewardAdvantage.PerResponse(
                of[0], ones_like(of[0], ScalarType.Bool), [1, FormatWeight], samplesPerPrompt, GroupScale.GroupDeviation, Epsilon));
        }

        Estimator Plain(string name, Claim claim, Func<SampledRows, Tensor> advantages) =>
            ScoreEstimators.Reinforce(name, claim, samplesPerPrompt, Reduction.ResponseSum, advantages);
    }

    /// <summary>Advantages, brought to mean 0 and deviation 1 over each batch's tokens.</summary>
    /// <param name="rows">Of several batches.</param>
    /// <param name="advantages">[R,T].</param>
    public static Tensor Normalized(SampledRows rows, Tensor advantages) =>
        rows.EachBatch([advantages, rows.Mask], of => Masked.Normalize(of[0], of[1]));

    private static string Kind(string kind, string more = "") =>
        $"algorithm.advantage.kind={kind}{(more == "" ? "" : $" algorithm.advantage.{more}")}";
}
