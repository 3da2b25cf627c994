using Cohort.Data;
using Cohort.Telemetry;

namespace Cohort.Comparison;

/// <summary>The runs of one task and arm, by contender and in the order of their seeds; the first contender is the baseline.</summary>
internal sealed record ArmRuns(string Task, Arm Arm, IReadOnlyList<IReadOnlyList<CellRun>> Contenders)
{
    /// <summary>All runs.</summary>
    public IEnumerable<CellRun> All => Contenders.SelectMany(runs => runs);

    /// <summary>Held-out problems of every measurement.</summary>
    public int Problems => Contenders[0][0].Curve[0].Scored.Count;

    /// <summary>k.</summary>
    public int Samples => Contenders[0][0].Options.Evaluation.Curve.Samples;

    /// <summary>Whether the problems are those by which settings are chosen.</summary>
    public bool OnValidation => Contenders[0][0].Options.Evaluation.Curve.Split == Split.Validation;

    /// <summary>Where all are compared: the smallest token budget, or the end of the shortest run before it.</summary>
    public double Tokens => All.Min(run => run.Options.Budget.Tokens > 0
        ? Math.Min(run.Options.Budget.Tokens, run.Curve[^1].SampledTokens)
        : run.Curve[^1].SampledTokens);

    /// <summary>Equal shares in which curves are drawn: as many as were measured.</summary>
    public int Shares => Math.Max(1, All.Max(run => run.Curve.Count) - 1);

    /// <summary>Runs by task, arm and contender, in the order in which they come.</summary>
    /// <exception cref="ArgumentException">A run has no curve, is there twice, or was measured otherwise than the rest of its task and arm.</exception>
    public static IReadOnlyList<ArmRuns> Group(IReadOnlyList<CellRun> runs)
    {
        foreach (var run in runs.Where(run => run.Curve.Count == 0))
            throw new ArgumentException($"{run.Cell.Path} has no learning curve; run it with evaluation.curve.points above 0.", nameof(runs));

        if (runs.GroupBy(run => run.Cell).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"{twice.Key.Path} is there {twice.Count()} times; give each run once.", nameof(runs));

        // The baseline of every arm is the first contender of the whole, though its first run may be missing in one of them.
        var names = runs.Select(run => run.Cell.Contender).Distinct().Index().ToDictionary(name => name.Item, name => name.Index);
        var arms = runs.GroupBy(run => (run.Cell.Task, run.Cell.Arm)).Select(arm => new ArmRuns(
            arm.Key.Task,
            arm.Key.Arm,
            [.. arm.GroupBy(run => run.Cell.Contender).OrderBy(contender => names[contender.Key]).Select(contender => (IReadOnlyList<CellRun>)
                [.. contender.OrderBy(run => run.Cell.Seed)])])).ToArray();
        foreach (var arm in arms)
            arm.RequireSameProblems();

        return arms;
    }

    private void RequireSameProblems()
    {
        var first = Contenders[0][0];
        foreach (var run in All)
        {
            var other = run.Curve.FirstOrDefault(line => line.Scored.Count != Problems);
            if (other is not null || run.Options.Evaluation.Curve.Samples != Samples)
            {
                throw new ArgumentException(
                    $"{run.Cell.Path} measured {other?.Scored.Count ?? Problems} problems with {run.Options.Evaluation.Curve.Samples} samples each, but "
                    + $"{first.Cell.Path} {Problems} with {Samples}; runs are compared on the same problems.");
            }
        }
    }
}

/// <summary>What a learning curve runs over.</summary>
internal static class CurveAxis
{
    /// <summary>Tokens sampled in training.</summary>
    public static double Tokens(EvaluationLine line) => line.SampledTokens;

    /// <summary>Steps done.</summary>
    public static double Steps(EvaluationLine line) => line.Step;

    /// <summary>The measurements at which the axis rises, which all of a run's do but one that was not timed.</summary>
    public static IReadOnlyList<EvaluationLine> Rising(IReadOnlyList<EvaluationLine> curve, Func<EvaluationLine, double> axis)
    {
        var rising = new List<EvaluationLine>();
        foreach (var line in curve.Where(line => double.IsFinite(axis(line))))
        {
            if (rising.Count == 0 || axis(line) > axis(rising[^1]))
                rising.Add(line);
        }

        return rising;
    }

    /// <summary>Seconds of training, by the clock on the wall or by the processor's.</summary>
    public static Func<EvaluationLine, double> Seconds(bool wallClock) => wallClock ? line => line.Seconds : line => line.ProcessorSeconds;
}
