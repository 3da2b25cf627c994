using Cohort.Telemetry;

namespace Cohort.Cli.Terminals;

/// <summary>A number of a run over its steps.</summary>
/// <param name="Name">What it is, in a word or two.</param>
/// <param name="Text">How a value looks.</param>
/// <param name="Values">Finite values in the order of steps; at least one.</param>
internal sealed record RunCurve(string Name, Func<double, string> Text, IReadOnlyList<double> Values);

/// <summary>Remembers the numbers of a run that are worth a curve.</summary>
internal sealed class RunCurves
{
    private static readonly (string Metric, string Name, Func<double, string> Text)[] Kinds =
    [
        (MetricNames.ScoreMean, "reward", StepNumbers.Short),
        (MetricNames.SftLoss, "loss", StepNumbers.Short),
        (MetricNames.RewardModelLoss, "loss", StepNumbers.Short),
        (MetricNames.RewardModelAccuracy, "accuracy", Numbers.Percent),
        (MetricNames.ValidationSampled, "validation", Numbers.Percent),
        (MetricNames.ValidationPairAccuracy, "validation", Numbers.Percent),
        (MetricNames.ValidationScore, "val. score", StepNumbers.Short),
        (MetricNames.HeldOutPass, "held out", Numbers.Percent),
        (MetricNames.ValidationLoss, "val. loss", StepNumbers.Short),
    ];

    private readonly List<(long Step, double Value)>[] _points = [.. Kinds.Select(_ => new List<(long, double)>())];

    /// <summary>Takes a step, and forgets what it had from that step on.</summary>
    public void Add(StepMetrics step)
    {
        foreach (var (kind, points) in Kinds.Zip(_points))
        {
            while (points is [.., var last] && last.Step >= step.Step)
                points.RemoveAt(points.Count - 1);

            if (step[kind.Metric] is var value && double.IsFinite(value))
                points.Add((step.Step, value));
        }
    }

    /// <summary>The curves that the run has. The mean score of validation is left out where it is the share that passes.</summary>
    public IEnumerable<RunCurve> Drawn()
    {
        var passes = _points[Array.FindIndex(Kinds, kind => kind.Metric == MetricNames.ValidationSampled)];
        foreach (var (kind, points) in Kinds.Zip(_points))
        {
            var isDouble = kind.Metric == MetricNames.ValidationScore && points.SequenceEqual(passes);
            if (points.Count > 0 && !isDouble)
                yield return new(kind.Name, kind.Text, [.. points.Select(point => point.Value)]);
        }
    }
}
