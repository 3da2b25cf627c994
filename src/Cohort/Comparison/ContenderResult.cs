using System.Text.Json.Serialization;
using Cohort.Evaluation;

namespace Cohort.Comparison;

/// <summary>What one contender did in one task and arm, over its seeds. What was never measured has no entry.</summary>
public sealed record ContenderResult
{
    /// <summary>The algorithm, or the variant's name.</summary>
    public required string Name { get; init; }

    /// <summary>Every run by itself, in the order of the seeds.</summary>
    public required IReadOnlyList<SeedResult> Seeds { get; init; }

    /// <summary>How well held-out problems were answered.</summary>
    public required IReadOnlyList<MeasureResult> Measures { get; init; }

    /// <summary>When the threshold was reached.</summary>
    public required ThresholdResult Threshold { get; init; }

    /// <summary>Variance of the advantages and of the policy's gradient.</summary>
    public required IReadOnlyList<MetricSummary> Variance { get; init; }

    /// <summary>How good and how steady the critic was; none without one.</summary>
    public required IReadOnlyList<MetricSummary> Critic { get; init; }

    /// <summary>The critic's values against returns, tenth by tenth, over the last third of the steps; none without one.</summary>
    public required IReadOnlyList<CalibrationPoint> Calibration { get; init; }

    /// <summary>How far updates moved the policy, from the one that sampled and from the reference.</summary>
    public required IReadOnlyList<MetricSummary> TrustRegion { get; init; }

    /// <summary>Metrics of training against sampled tokens.</summary>
    public required IReadOnlyList<MetricCurve> Curves { get; init; }

    /// <summary>What it cost.</summary>
    public required CostResult Cost { get; init; }

    /// <summary>Its options that are not the baseline's; none for the baseline.</summary>
    public required IReadOnlyList<OptionDifference> Differences { get; init; }

    /// <summary>The critic's own settings, in the order of options.json; none without one.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> CriticSettings { get; init; }
}

/// <summary>One run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Points">Its learning curve, the start first.</param>
public sealed record SeedResult(ulong Seed, IReadOnlyList<SeedPoint> Points);

/// <summary>One measurement of one run; shares are means over the problems, NaN where none has a score.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Tokens">Sampled tokens so far.</param>
/// <param name="Seconds">Wall-clock seconds of training so far.</param>
/// <param name="ProcessorSeconds">Processor seconds of training so far.</param>
/// <param name="PassAt1">Sampled pass@1.</param>
/// <param name="PassAtK">pass@k.</param>
/// <param name="MajorityAtK">maj@k.</param>
/// <param name="Greedy">Share of the problems whose most likely answer passes.</param>
public sealed record SeedPoint(
    long Step,
    long Tokens,
    double Seconds,
    double ProcessorSeconds,
    [property: JsonPropertyName("pass_at_1")] double PassAt1,
    double PassAtK,
    [property: JsonPropertyName("maj_at_k")] double MajorityAtK,
    double Greedy);

/// <summary>A measure of held-out answers over the seeds.</summary>
/// <param name="Measure">Which one.</param>
/// <param name="Start">Before training: mean over seeds with Student's interval.</param>
/// <param name="Final">At the end of the token budget: mean over seeds with Student's interval.</param>
/// <param name="OverTokens">Against sampled tokens.</param>
/// <param name="OverSteps">Against steps.</param>
/// <param name="OverSeconds">Against seconds.</param>
public sealed record MeasureResult(
    HeldOutMeasure Measure,
    Interval Start,
    Interval Final,
    IReadOnlyList<BandPoint> OverTokens,
    IReadOnlyList<BandPoint> OverSteps,
    IReadOnlyList<BandPoint> OverSeconds);

/// <summary>A point of a mean curve. The band is for the eye alone: at five seeds a percentile bootstrap covers less than it says.</summary>
/// <param name="X">Abscissa.</param>
/// <param name="Mean">Mean over the seeds, each curve interpolated.</param>
/// <param name="Low">Lower end of the 95 % percentile bootstrap over seeds; NaN for a single one.</param>
/// <param name="High">Upper end.</param>
/// <param name="Seeds">Seeds that have a value here.</param>
public readonly record struct BandPoint(double X, double Mean, double Low, double High, int Seeds);

/// <summary>When a threshold was reached.</summary>
/// <param name="Reached">Seeds that reached it.</param>
/// <param name="Seeds">Seeds in all; 0 where there is no threshold.</param>
/// <param name="Tokens">Sampled tokens until then: mean over the seeds that reached it, with Student's interval where all did.</param>
/// <param name="Seconds">The same in seconds.</param>
public sealed record ThresholdResult(int Reached, int Seeds, Interval Tokens, Interval Seconds);

/// <summary>A metric of training as one number: each seed's mean over its steps, then the mean over seeds with Student's interval.</summary>
/// <param name="Metric">A name of <see cref="Telemetry.MetricNames"/>.</param>
/// <param name="Period">Over which steps.</param>
/// <param name="Mean">The mean with its interval.</param>
/// <param name="Seeds">Seeds that measured it.</param>
public sealed record MetricSummary(string Metric, Period Period, Interval Mean, int Seeds);

/// <summary>Which steps of a run.</summary>
public enum Period
{
    /// <summary>All.</summary>
    WholeRun,

    /// <summary>The first third.</summary>
    FirstThird,

    /// <summary>The last third.</summary>
    LastThird,
}

/// <summary>A metric of training against sampled tokens: at each point the mean over the steps of one share of the budget.</summary>
/// <param name="Metric">A name of <see cref="Telemetry.MetricNames"/>.</param>
/// <param name="Points">At the end of each share.</param>
public sealed record MetricCurve(string Metric, IReadOnlyList<BandPoint> Points);

/// <summary>One tenth of the tokens, ordered by the critic's value.</summary>
/// <param name="Tenth">From 0, the lowest values.</param>
/// <param name="Value">Mean value, as a mean over seeds.</param>
/// <param name="Return">Mean reward to go, as a mean over seeds with Student's interval.</param>
public sealed record CalibrationPoint(int Tenth, double Value, Interval Return);

/// <summary>What a contender cost; intervals are Student's over seeds.</summary>
/// <param name="PolicyParameters">Numbers that the policy is made of.</param>
/// <param name="CriticParameters">Numbers that the critic is made of; 0 without one.</param>
/// <param name="CriticShare">The critic's share of both.</param>
/// <param name="PeakMib">The most resident memory, in MiB.</param>
/// <param name="Steps">Steps of a run.</param>
/// <param name="Tokens">Sampled tokens of a run.</param>
/// <param name="Seconds">Wall-clock seconds of training.</param>
/// <param name="ProcessorSeconds">Processor seconds of training.</param>
/// <param name="TokensPerSecond">Sampled tokens divided by wall-clock seconds of training.</param>
/// <param name="TokensPerProcessorSecond">Sampled tokens divided by processor seconds of training.</param>
/// <param name="Phases">Wall-clock seconds of each phase, summed over a run.</param>
public sealed record CostResult(
    long PolicyParameters,
    long CriticParameters,
    double CriticShare,
    Interval PeakMib,
    Interval Steps,
    Interval Tokens,
    Interval Seconds,
    Interval ProcessorSeconds,
    Interval TokensPerSecond,
    Interval TokensPerProcessorSecond,
    IReadOnlyList<PhaseCost> Phases);

/// <summary>One phase of training.</summary>
/// <param name="Metric">The metric of its time, a name of <see cref="Telemetry.MetricNames"/>.</param>
/// <param name="Seconds">Summed over a run: mean over seeds with Student's interval.</param>
public sealed record PhaseCost(string Metric, Interval Seconds);

/// <summary>An option that two contenders have set otherwise.</summary>
/// <param name="Path">Its dotted key.</param>
/// <param name="Baseline">The baseline's value, as JSON.</param>
/// <param name="Contender">The contender's, as JSON.</param>
public sealed record OptionDifference(string Path, string Baseline, string Contender);
