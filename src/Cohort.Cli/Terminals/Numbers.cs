using System.Globalization;
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

    /// <summary>
    /// A training step in columns: "step   25  validation  48.2 % sampled,  60.1 % greedy  score 0.613  entropy 0.41  12,345 tokens/s".
    /// Numbers that the step has not are left out.
    /// </summary>
    public static string Describe(StepMetrics step) =>
        string.Join("  ", Validation(step).Concat(Training(step)).Prepend($"step {step.Step,4}"));

    private static IEnumerable<string> Validation(StepMetrics step)
    {
        if (step[MetricNames.ValidationSampled] is var sampled && !double.IsNaN(sampled))
            yield return $"validation {Percent(sampled),6} sampled, {Percent(step[MetricNames.ValidationGreedy]),6} greedy";
    }

    private static IEnumerable<string> Training(StepMetrics step)
    {
        var tokens = step[MetricNames.SampledTokens] is var sampled && double.IsNaN(sampled) ? step[MetricNames.SftTokens] : sampled;
        var seconds = step[MetricNames.StepSeconds] - step[MetricNames.EvaluationSeconds];
        (double Value, string Format)[] numbers =
        [
            (step[MetricNames.ScoreMean], "score {0:0.000}"),
            (step[MetricNames.SftLoss], "loss {0:0.000}"),
            (step[MetricNames.KlReference], "KL {0:0.0000}"),
            (step[MetricNames.Entropy], "entropy {0:0.00}"),
            (tokens / seconds, "{0,7:#,0} tokens/s"),
        ];
        return numbers.Where(number => double.IsFinite(number.Value))
            .Select(number => string.Format(CultureInfo.InvariantCulture, number.Format, number.Value));
    }
}
