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

    /// <summary>Such as "-0.5 to 22.5", in points or percent.</summary>
    public static string Bounds(Interval interval) =>
        double.IsNaN(interval.Low) ? "–" : $"{100 * interval.Low:0.0} to {100 * interval.High:0.0}";

    /// <summary>Such as "+41.3".</summary>
    public static string Points(double fraction) => double.IsNaN(fraction) ? "–" : $"{100 * fraction:+0.0;-0.0;0.0}";

    /// <summary>Such as "1:05" or "2:01:05".</summary>
    public static string Time(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{(int)time.TotalMinutes}:{time:ss}";

    /// <summary>Processor seconds, such as "1.4 CPU-hours" or "2.5 CPU-minutes".</summary>
    public static string ProcessorTime(double seconds) => seconds >= 1800 ? $"{seconds / 3600:0.0} CPU-hours" : $"{seconds / 60:0.0} CPU-minutes";

    /// <summary>A path as a person in the current folder would type it.</summary>
    public static string ShortPath(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || relative.Length > path.Length ? path : relative;
    }

    /// <summary>
    /// A measurement on held-out problems, such as "validation 48.2 % sampled, 60.1 % greedy", with the mean score where it is not the share that passes:
    /// "validation 0.0 % sampled, 0.0 % greedy, score 0.213 sampled"; or on held-out pairs, such as
    /// "validation 91.5 % ranked right, calibration error 2.3 %"; empty where there is none.
    /// </summary>
    public static string Validation(StepMetrics step) =>
        double.IsFinite(step[MetricNames.ValidationPairAccuracy])
            ? $"validation {Percent(step[MetricNames.ValidationPairAccuracy]),6} ranked right, "
                + $"calibration error {Percent(step[MetricNames.ValidationCalibrationError])}"
        : double.IsNaN(step[MetricNames.ValidationSampled]) ? ""
        : $"validation {Percent(step[MetricNames.ValidationSampled]),6} sampled, {Percent(step[MetricNames.ValidationGreedy]),6} greedy"
            + (step[MetricNames.ValidationScore] is var score && (double.IsNaN(score) || score == step[MetricNames.ValidationSampled])
                ? "" : $", score {score:0.000} sampled");

    /// <summary>Tokens per second of a step's training, without its measurements; NaN where it trained on none.</summary>
    public static double TokensPerSecond(StepMetrics step)
    {
        var tokens = new[] { MetricNames.SampledTokens, MetricNames.SftTokens, MetricNames.RewardModelTokens }
            .Select(name => step[name]).FirstOrDefault(double.IsFinite, double.NaN);
        return tokens / (step[MetricNames.StepSeconds] - step[MetricNames.EvaluationSeconds]);
    }

    /// <summary>The numbers that a training step has, such as "score 0.613  KL 0.0120  entropy 0.41  12,345 tokens/s".</summary>
    public static string Training(StepMetrics step)
    {
        (double Value, string Format)[] numbers =
        [
            (step[MetricNames.ScoreMean], "score {0:0.000}"),
            (step[MetricNames.Unscored] > 0 ? 100 * step[MetricNames.Unscored] : double.NaN, "{0:0.0} % unscored"),
            (step[MetricNames.SftLoss], "loss {0:0.000}"),
            (step[MetricNames.RewardModelLoss], "loss {0:0.000}"),
            (100 * step[MetricNames.RewardModelAccuracy], "{0:0.0} % ranked right"),
            (step[MetricNames.KlReference], "KL {0:0.0000}"),
            (step[MetricNames.Entropy], "entropy {0:0.00}"),
            (TokensPerSecond(step), "{0,7:#,0} tokens/s"),
        ];
        return string.Join("  ", numbers.Where(number => double.IsFinite(number.Value))
            .Select(number => string.Format(CultureInfo.InvariantCulture, number.Format, number.Value)));
    }
}
