using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>One number of a chart.</summary>
/// <param name="Metric">A name of <see cref="MetricNames"/>.</param>
/// <param name="Label">What tells it from the chart's other numbers.</param>
internal sealed record CurvePlan(string Metric, string Label);

/// <summary>A chart of the report.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Unit">Unit of the ordinate.</param>
/// <param name="Curves">Its numbers.</param>
internal sealed record ChartPlan(string Title, string Unit, params IReadOnlyList<CurvePlan> Curves)
{
    /// <summary>What the numbers are multiplied by.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Whether the ordinate begins at 0.</summary>
    public bool FromZero { get; init; } = true;

    /// <summary>Numbers that are drawn only where the page is of one run: with several they would be too many.</summary>
    public IReadOnlyList<CurvePlan> OfOneRun { get; init; } = [];

    /// <summary>The lowest ordinate that is drawn.</summary>
    public double Floor { get; init; } = double.NegativeInfinity;
}

/// <summary>Which numbers are drawn together, and what becomes a curve.</summary>
internal static class Curves
{
    /// <summary>The charts by heading, in the order of the page; those without a point are left out later.</summary>
    public static IReadOnlyList<(string Heading, IReadOnlyList<ChartPlan> Plans)> Groups { get; } =
    [
        ("Learning",
        [
            new("Score in training", "mean score", new CurvePlan(MetricNames.ScoreMean, "score")) { FromZero = false },
            new("Validation problems solved", "%", new(MetricNames.ValidationSampled, "sampled"), new(MetricNames.ValidationGreedy, "greedy")) { Scale = 100 },
            new(
                "Held-out problems solved", "%", new(MetricNames.HeldOutPass, "pass@1"), new(MetricNames.HeldOutPassAtK, "pass@k"),
                new(MetricNames.HeldOutMajority, "majority"), new(MetricNames.HeldOutGreedy, "greedy")) { Scale = 100 },
            new("Groups without a difference", "% of groups", new CurvePlan(MetricNames.FlatGroups, "flat")) { Scale = 100 },
            new(
                "Completion length", "tokens", new(MetricNames.LengthMean, "mean"), new(MetricNames.LengthHigh, "95 % are not longer"))
            { OfOneRun = [new(MetricNames.StoppedLengthMean, "mean of those that ended")] },
            new("Completions cut off", "%", new CurvePlan(MetricNames.CutOff, "cut off")) { Scale = 100 },
            new("Loss", "nats per token", new(MetricNames.SftLoss, "training"), new(MetricNames.ValidationLoss, "validation")),
            new("Tokens predicted", "%", new CurvePlan(MetricNames.SftAccuracy, "accuracy")) { Scale = 100 },
            new("Ranking loss", "nats per pair", new(MetricNames.RewardModelLoss, "training"), new(MetricNames.ValidationPairLoss, "validation")),
            new("Pairs ranked right", "%", new(MetricNames.RewardModelAccuracy, "training"), new(MetricNames.ValidationPairAccuracy, "validation"))
            {
                Scale = 100,
            },
            new("Calibration error", "%", new CurvePlan(MetricNames.ValidationCalibrationError, "validation")) { Scale = 100 },
        ]),
        ("Policy",
        [
            new("KL to the reference", "nats per token", new(MetricNames.KlReference, "estimate"), new(MetricNames.KlReferenceExact, "exact")),
            new("Weight β of the KL", "score per nat", new CurvePlan(MetricNames.KlCoefficient, "β")),
            new("Entropy of the policy", "nats per token", new CurvePlan(MetricNames.Entropy, "entropy")),
            new("KL of one step", "nats per token", new(MetricNames.KlOldK3, "k3 estimate"), new(MetricNames.KlOldExact, "exact")),
            new("Tokens clipped", "%", new(MetricNames.ClipLow, "below"), new(MetricNames.ClipHigh, "above")) { Scale = 100 },
            new("Gradient norm", "before cutting", new(MetricNames.GradientNorm, "norm"), new(MetricNames.RewardModelGradientNorm, "norm")),
            new("Signal to noise of the gradient", "per sampled token", new CurvePlan(MetricNames.GradientSignalPerToken, "signal to noise"))
            {
                FromZero = false,
            },
            new("Standard deviation of the advantages", "score", new CurvePlan(MetricNames.AdvantageDeviation, "deviation")),
        ]),
        ("Critic",
        [
            new("Explained variance of the critic", "fraction, from −1 up", new CurvePlan(MetricNames.ExplainedVariance, "variance")) { Floor = -1 },
            new("Value and return", "score", new(MetricNames.ValueMean, "value"), new(MetricNames.ReturnMean, "return")) { FromZero = false },
            new("Change of the values between steps", "score", new CurvePlan(MetricNames.ValueChange, "change")),
            new("Values that turned around", "% of prompts", new CurvePlan(MetricNames.ValueReversals, "turned")) { Scale = 100 },
            new("Advantages against the group mean's", "correlation", new CurvePlan(MetricNames.GroupAdvantageCorrelation, "correlation")),
        ]),
        ("Cost",
        [
            new("Time of a step", "seconds", new CurvePlan(MetricNames.StepSeconds, "whole step"))
            {
                OfOneRun =
                [
                    new(MetricNames.RolloutSeconds, "sampling"), new(MetricNames.UpdateSeconds, "updates"),
                    new(MetricNames.LogProbSeconds, "log-probabilities"),
                    new(MetricNames.CriticSeconds, "critic"), new(MetricNames.RewardSeconds, "waiting for scores"),
                ],
            },
            new("Tokens per second", "sampled tokens per second of sampling", new CurvePlan(MetricNames.RolloutRate, "sampling")),
            new("Memory", "MiB", new(MetricNames.ResidentMemory, "resident"), new(MetricNames.PeakMemory, "peak")),
        ]),
    ];

    /// <summary>A chart for each metric that a run is only measured on, beside the reward that it is trained on.</summary>
    /// <param name="runs">The runs.</param>
    public static IEnumerable<ChartPlan> MetricPlans(IEnumerable<ReportRun> runs) => runs
        .SelectMany(run => run.Steps).SelectMany(step => step.Values).Select(value => value.Key)
        .Where(name => name.StartsWith(MetricNames.ValidationMetricPrefix, StringComparison.Ordinal)).Distinct()
        .Select(metric => new ChartPlan(
            $"Validation reward and metric {metric[MetricNames.ValidationMetricPrefix.Length..]}",
            "mean score",
            new(MetricNames.ValidationScore, "reward"),
            new(metric, "metric"))
        {
            FromZero = false,
        });

    /// <summary>A number's course: against sampled tokens, or against steps. Steps that did not measure it have no point.</summary>
    /// <param name="run">The run.</param>
    /// <param name="metric">The number.</param>
    /// <param name="scale">What it is multiplied by.</param>
    /// <param name="byTokens">Whether the abscissa is sampled tokens.</param>
    public static IReadOnlyList<ChartPoint> Of(ReportRun run, string metric, double scale, bool byTokens)
    {
        var points = new List<ChartPoint>();
        var tokens = 0.0; // of the starting model; a step that does not say has as many as the one before
        foreach (var step in run.Steps)
        {
            tokens = double.IsFinite(step[MetricNames.TotalSampledTokens]) ? step[MetricNames.TotalSampledTokens] : tokens;
            foreach (var (name, value) in step.Values)
            {
                if (name == metric)
                    points.Add(new(byTokens ? tokens : step.Step, scale * value));
            }
        }

        return points;
    }

    /// <summary>Whether the run trains a reward model.</summary>
    public static bool Ranks(ReportRun run) => !Samples(run) && run.Steps.Any(step => double.IsFinite(step[MetricNames.RewardModelTokens]));

    /// <summary>Whether the run samples: reinforcement learning rather than training on examples.</summary>
    public static bool Samples(ReportRun run) => run.Steps.Any(step => double.IsFinite(step[MetricNames.TotalSampledTokens]));
}
