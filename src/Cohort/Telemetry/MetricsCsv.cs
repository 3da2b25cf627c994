using System.Globalization;
using CsvHelper;

namespace Cohort.Telemetry;

/// <summary>Writes the numbers of a run as a table (CSV, RFC 4180).</summary>
public static class MetricsCsv
{
    /// <summary>
    /// One row per step, and a column for the step and for every metric that any step has, in the order in which they first come. Numbers are in the invariant
    /// culture and read back to the same bits; a step that has not measured a metric, or found it not finite, has an empty cell.
    /// </summary>
    /// <param name="stream">Takes the table as UTF-8; stays the caller's.</param>
    /// <param name="steps">The steps, in order.</param>
    public static void Write(Stream stream, IReadOnlyList<StepMetrics> steps)
    {
        var names = steps.SelectMany(step => step.Values).Select(value => value.Key).Distinct().ToArray();
        using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default, leaveOpen: true);
        csv.WriteRecord(["step", .. names]);
        foreach (var step in steps)
        {
            var values = step.Values.ToDictionary();
            csv.WriteRecord([Text(step.Step), .. names.Select(name =>
                values.TryGetValue(name, out var value) && double.IsFinite(value) ? Text(value) : "")]);
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
