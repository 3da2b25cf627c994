using Cohort.Evaluation;
using Cohort.Telemetry;

namespace Cohort.Cli.Terminals;

/// <summary>How numbers look to people.</summary>
internal static class Numbers
{
    /// <summary>Such as "48.2 %"; a dash where there is none.</summary>
    public static string Percent(double fraction) => double.IsNaN(fraction) ? "–" : $"{100 * fraction:0.0} %";

    /// <summary>Such as "46.0 – 50.4 %".</summary>
    public static string Range(Interval interval) =>
        double.IsNaN(interval.Low) ? "–" : $"{100 * interval.Low:0.0} – {100 * interval.High:0.0} %";

    /// <summary>Such as "+41.3".</summary>
    public static string Points(double fraction) => double.IsNaN(fraction) ? "–" : $"{100 * fraction:+0.0;-0.0;0.0}";

    /// <summary>Such as "1:05" or "2:01:05".</summary>
    public static string Time(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{(int)time.TotalMinutes}:{time:ss}";

    /// <summary>A path as a person in the current folder would type it.</summary>
    public static string ShortPath(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || relative.Length > path.Length ? path : relative;
    }

    /// <summary>The numbers of a training step that it has, such as "score 0.613  entropy 0.41  12,345 tokens/s".</summary>
    public static string Describe(StepMetrics step)
    {
        var tokens = step[MetricNames.SampledTokens] is var sampled && double.IsNaN(sampled) ? step[MetricNames.SftTokens] : sampled;
        var seconds = step[MetricNames.StepSeconds] - step[MetricNames.EvaluationSeconds];
        (string Name, double Value, string Format)[] numbers =
        [
            ("score", step[MetricNames.ScoreMean], "0.000"),
            ("loss", step[MetricNames.SftLoss], "0.000"),
            ("KL", step[MetricNames.KlReference], "0.0000"),
            ("entropy", step[MetricNames.Entropy], "0.00"),
            ("tokens/s", tokens / seconds, "#,0"),
        ];
        return string.Join("  ", numbers.Where(number => double.IsFinite(number.Value))
            .Select(number => $"{number.Name} {number.Value.ToString(number.Format)}"));
    }

    /// <summary>A measurement on held-out problems, such as "validation 48.2 % sampled, 60.1 % greedy"; empty where there is none.</summary>
    public static string DescribeValidation(StepMetrics step) => double.IsNaN(step[MetricNames.ValidationSampled])
        ? ""
        : $"validation {Percent(step[MetricNames.ValidationSampled])} sampled, {Percent(step[MetricNames.ValidationGreedy])} greedy";
}
