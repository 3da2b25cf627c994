using System.Globalization;
using Cohort.Telemetry;

namespace Cohort.Cli.Terminals;

/// <summary>The numbers of one step in the panel, each by a short name.</summary>
internal static class StepNumbers
{
    /// <summary>Those that the step has, such as ("entropy", "0.412").</summary>
    public static IReadOnlyList<(string Name, string Text)> Of(StepMetrics step)
    {
        (string Name, string Metric, string Format)[] numbers =
        [
            ("KL old", MetricNames.KlOldK3, "{0:0.00000}"),
            ("KL ref", MetricNames.KlReference, "{0:0.0000}"),
            ("β", MetricNames.KlCoefficient, "{0:0.0000}"),
            ("clip low", MetricNames.ClipLow, "{0:0.0 %}"),
            ("clip high", MetricNames.ClipHigh, "{0:0.0 %}"),
            ("entropy", MetricNames.Entropy, "{0:0.000}"),
            ("critic R²", MetricNames.ExplainedVariance, "{0:0.00}"),
            ("length", MetricNames.LengthMean, "{0:0.0}"),
            ("longest", MetricNames.LengthLongest, "{0:0}"),
            ("cut off", MetricNames.CutOff, "{0:0.0 %}"),
            ("unscored", MetricNames.Unscored, "{0:0.0 %}"),
            ("tokens right", MetricNames.SftAccuracy, "{0:0.0 %}"),
            ("margin", MetricNames.RewardModelMargin, "{0:0.000}"),
            ("val. error", MetricNames.ValidationCalibrationError, "{0:0.0 %}"),
        ];
        var rate = Numbers.TokensPerSecond(step);
        return
        [
            .. numbers.Where(number => double.IsFinite(step[number.Metric]) && !(IsOff(number.Metric) && step[number.Metric] == 0))
                .Select(number => (number.Name, Format(number.Format, step[number.Metric]))),
            .. double.IsFinite(rate) ? [("tokens/s", Format("{0:#,0}", rate))] : Array.Empty<(string, string)>(),
            .. double.IsFinite(step[MetricNames.ResidentMemory])
                ? [("memory", Format("{0:#,0} MiB", step[MetricNames.ResidentMemory]))] : Array.Empty<(string, string)>(),
        ];
    }

    /// <summary>A score or a loss in at most seven columns, such as "0.613", "-12.346" or "1.2E+07".</summary>
    public static string Short(double value) => Format(Math.Abs(value) < 100 ? "{0:0.000}" : Math.Abs(value) < 100_000 ? "{0:0}" : "{0:0.0E+00}", value);

    // What is 0 where it is not in use.
    private static bool IsOff(string metric) => metric is MetricNames.KlCoefficient or MetricNames.Unscored;

    private static string Format(string format, double value) => string.Format(CultureInfo.InvariantCulture, format, value);
}
