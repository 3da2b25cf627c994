using System.Text.Json;

namespace Cohort.Benchmarks.Results;

/// <summary>How time grows: a chart and a row of a table for each series.</summary>
internal static class ScalingCharts
{
    private static readonly (string Series, string Title, string Across, bool IsProportional)[] All =
    [
        ("rows", "Rows (groups of 8, 16 + 64 tokens)", "rows", true),
        ("completion", "Completion length (64 rows, prompts of 16 tokens)", "completion tokens per row", true),
        ("group_of_64_rows", "Group size at 64 rows (64 + 32 tokens)", "completions per prompt", false),
        ("group_of_8_prompts", "Group size at 8 prompts (64 + 32 tokens)", "completions per prompt", true),
        ("stops", "Rows that end early (64 rows, at most 64 tokens)", "completion tokens per row, mean", true),
    ];

    /// <summary>Writes the charts.</summary>
    /// <param name="measured">The lines.</param>
    /// <param name="folder">Where they go.</param>
    /// <returns>The page's section.</returns>
    public static string Write(Measured measured, string folder)
    {
        var rows = new List<string>
        {
            "| what changes | from | to | rollout, times | update, times | proportional |", "|---|---:|---:|---:|---:|---:|",
        };
        var pictures = new List<string>();
        foreach (var (series, title, across, isProportional) in All)
        {
            JsonElement[] points = [.. measured.Scaling.Where(line => Measured.Text(line, "series") == series).OrderBy(X)];
            if (points.Length < 2)
                continue;

            var file = $"speed-{series.Replace('_', '-')}.svg";
            File.WriteAllText(Path.Combine(folder, file), Draw(points, title, across, isProportional));
            pictures.Add($"![{title}]({file})");
            rows.Add(
                $"| {title} | {X(points[0])} | {X(points[^1])} | {Factor("rollout_seconds")} | {Factor("update_seconds")} "
                + $"| {(isProportional ? SpeedTable.Short(X(points[^1]) / X(points[0])) : "")} |");

            string Factor(string field) => SpeedTable.Short(Measured.Number(points[^1], field) / Measured.Number(points[0], field));
        }

        return string.Join('\n', rows) + "\n\n" + string.Join('\n', pictures);
    }

    private static string Draw(JsonElement[] points, string title, string across, bool isProportional)
    {
        var lines = new List<ChartLine> { Line("rollout", "#1f6fb4", "rollout_seconds"), Line("update", "#c8501e", "update_seconds") };
        if (isProportional)
        {
            var step = Measured.Number(points[^1], "rollout_seconds") / X(points[^1]);
            lines.Add(new("proportional", "#999", [.. points.Select(point => (X(point), step * X(point)))], IsRule: true));
        }

        return LineChart.Draw(title, across, "seconds per step", lines);

        ChartLine Line(string name, string colour, string field) => new(name, colour, [.. points.Select(point => (X(point), Measured.Number(point, field)))]);
    }

    // Of rows that end by themselves, how long they became.
    private static double X(JsonElement line) => Measured.Text(line, "series") == "stops"
        ? Math.Round(Measured.Number(line, "sampled_tokens") / Measured.Number(line, "rows"), 1)
        : Measured.Number(line, "x");
}
