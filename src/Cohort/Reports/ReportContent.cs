using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>All that a report shows; nothing of it is computed by the report.</summary>
public sealed record ReportContent
{
    /// <summary>The heading, such as "GRPO and PPO on sorting".</summary>
    public required string Title { get; init; }

    /// <summary>The result in a sentence or two.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What was run: algorithm, model, data, reward, seed, date, version, and what else identifies it.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>Before and after on held-out problems, a row per model.</summary>
    public IReadOnlyList<ReportResult> Results { get; init; } = [];

    /// <summary>What the results were measured on, such as "2,000 test problems".</summary>
    public string MeasuredOn { get; init; } = "";

    /// <summary>The runs whose curves are drawn; one, or several side by side.</summary>
    public IReadOnlyList<ReportRun> Runs { get; init; } = [];

    /// <summary>Some problems with each model's answer.</summary>
    public IReadOnlyList<ReportSample> Samples { get; init; } = [];

    /// <summary>The options that differ from the defaults.</summary>
    public IReadOnlyList<ReportOption> ChangedOptions { get; init; } = [];

    /// <summary>What the run was made of: base model, data and reward with their hashes, versions, machine, seed, time.</summary>
    public IReadOnlyList<ReportFact> Lineage { get; init; } = [];

    /// <summary>All options as JSON; empty for none.</summary>
    public string OptionsJson { get; init; } = "";
}

/// <summary>One fact about a run.</summary>
/// <param name="Label">Such as "model".</param>
/// <param name="Text">Such as "runs/base".</param>
public sealed record ReportFact(string Label, string Text);

/// <summary>One option that differs from its default.</summary>
/// <param name="Path">Its dotted key.</param>
/// <param name="Value">As JSON.</param>
/// <param name="Default">As JSON; empty where there is none.</param>
public sealed record ReportOption(string Path, string Value, string Default);

/// <summary>A share of held-out problems with its 95 % interval.</summary>
/// <param name="Value">In [0, 1]; NaN where it was not measured.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public readonly record struct Estimate(double Value, double Low, double High)
{
    /// <summary>A share that was not measured.</summary>
    public static Estimate None { get; } = new(double.NaN, double.NaN, double.NaN);
}

/// <summary>One model on held-out problems.</summary>
/// <param name="Label">Such as "after SFT" or "GRPO".</param>
/// <param name="Sampled">pass@1 of sampled answers.</param>
/// <param name="Greedy">pass@1 of greedy answers.</param>
public sealed record ReportResult(string Label, Estimate Sampled, Estimate Greedy);

/// <summary>One run's numbers.</summary>
/// <param name="Name">Unique on the page, such as "GRPO".</param>
/// <param name="Steps">As <see cref="MetricsFile"/> gives them; step 0 is the starting model.</param>
public sealed record ReportRun(string Name, IReadOnlyList<StepMetrics> Steps)
{
    /// <summary>Logged completions, as <see cref="RolloutFile"/> gives them; some groups are shown.</summary>
    public IReadOnlyList<RolloutLine> Rollouts { get; init; } = [];
}

/// <summary>One problem with each model's answer.</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="Reference">The correct answer; empty where there is none.</param>
/// <param name="Answers">Side by side, such as before and after.</param>
public sealed record ReportSample(string Prompt, string Reference, IReadOnlyList<ReportAnswer> Answers);

/// <summary>One model's answer.</summary>
/// <param name="Label">The model, such as "after SFT".</param>
/// <param name="Text">What it wrote.</param>
/// <param name="Score">The score; NaN where it has none.</param>
/// <param name="Passes">Whether the answer counts as right.</param>
public sealed record ReportAnswer(string Label, string Text, double Score, bool Passes);
