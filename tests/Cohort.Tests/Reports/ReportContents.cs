using Cohort.Reports;
using Cohort.Telemetry;
using Cohort.Tests.Telemetry;

namespace Cohort.Tests.Reports;

/// <summary>Contents of reports for tests.</summary>
internal static class ReportContents
{
    /// <summary>All that a text from outside could try.</summary>
    public const string Hostile = "<script>alert(1)</script> </style></title></pre></table><img src=\"https://example.com/x.png\" onerror='alert(1)'> "
        + "\"><svg onload=alert(1)> <!-- --> ]]> &lt; &#x3c;script&#x3e; \0\u0001\u001b\u007f\u0085\ufffe\uffff \u202e\u2066\u200f\u061c reordered "
        + "@import url(https://example.com/x.css); url(data:text/html,x) \ud83d and \ude00";

    /// <summary>A report in which every text that comes from outside is the given one.</summary>
    public static ReportContent Saying(string text) => new()
    {
        Title = text,
        Summary = text,
        Facts = [new(text, text)],
        MeasuredOn = text,
        Results = [new(text, new(0.845, 0.828, 0.861), Estimate.None)],
        Runs = [Run(text, steps: 30) with { Rollouts = [Line(text)] }],
        Samples = [new(text, text, [new(text, text, 0.25, false), new(text, text, double.NaN, true)])],
        ChangedOptions = [new(text, text, text)],
        Lineage = [new(text, text)],
        OptionsJson = text,
    };

    /// <summary>A supervised run and two that sample.</summary>
    public static ReportContent ThreeRuns { get; } = new() { Title = "all", Runs = [Sft(40), Run("GRPO", 40), Run("PPO", 40)] };

    public static ReportRun Run(string name, int steps) => new(name, Enumerable.Range(1, steps).Select(Step).ToArray());

    private static ReportRun Sft(int steps) => new("SFT", Enumerable.Range(1, steps)
        .Select(step => Steps.Of(step, (MetricNames.SftLoss, 2.5 / step), (MetricNames.GradientNorm, 1.25)))
        .ToArray());

    private static StepMetrics Step(int step) => Steps.Of(
        step,
        [
            .. MetricCatalogue.All.Select(metric => metric.Name).Where(name => name != MetricNames.TotalSampledTokens)
                .Select(name => (name, Math.Sin(step) + 1.5)),
            (MetricNames.TotalSampledTokens, 4096.0 * step),
            ("custom/number", step * 0.5),
        ]);

    private static RolloutLine Line(string text) =>
        new(30, 1, 5, text, text, text, text, 7, double.NaN, text, new Dictionary<string, double> { [text] = 0.5 }, -0.75)
        {
            Details = [new(5, text, -0.75, 1.25, 0.2), new(6, text, 0.5, double.NaN, double.NaN)],
        };
}
