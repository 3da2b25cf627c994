using System.Diagnostics;

namespace Cohort.Telemetry;

/// <summary>A metric as the catalogue tells of it.</summary>
/// <param name="Group">What it belongs to, such as "Policy".</param>
/// <param name="Name">A name of <see cref="MetricNames"/>; that of a score's part ends in NAME.</param>
/// <param name="Unit">Such as nats, tokens, or fraction.</param>
/// <param name="Definition">One sentence: what it is, and over what it is averaged.</param>
/// <param name="LookFor">What a healthy run shows, or what trouble looks like.</param>
public sealed record MetricDefinition(string Group, string Name, string Unit, string Definition, string LookFor);

/// <summary>The catalogue of metrics, as docs/metrics.md has it: the file itself is part of the library.</summary>
public static class MetricCatalogue
{
    private const string AnyName = "NAME";

    /// <summary>All metrics, in the catalogue's order.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } = Parse(Resource()).ToArray();

    private static readonly Dictionary<string, MetricDefinition> ByName = All.ToDictionary(metric => metric.Name);

    /// <summary>A metric's definition; one with only its name where the catalogue has none.</summary>
    /// <param name="name">The name as in metrics.jsonl.</param>
    public static MetricDefinition Of(string name)
    {
        var (metric, member) = Find(name);
        return metric with { Name = metric.Name + member };
    }

    /// <summary>A metric's definition, named without the part that the run chose, such as "reward/part/", and that part; empty for most.</summary>
    internal static (MetricDefinition Metric, string Member) Find(string name)
    {
        if (ByName.TryGetValue(name, out var metric))
            return (metric, "");

        foreach (var family in All.Where(known => known.Name.EndsWith(AnyName, StringComparison.Ordinal)))
        {
            var prefix = family.Name[..^AnyName.Length];
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return (family with { Name = prefix }, name[prefix.Length..]);
        }

        return (new("Other", name, "", "", ""), "");
    }

    // Tables of four columns below headings; the table of other systems' names has five.
    private static IEnumerable<MetricDefinition> Parse(IEnumerable<string> lines)
    {
        var group = "";
        foreach (var line in lines)
        {
            var cells = line.Replace("`", "").Replace("\\|", "\0").Split('|').Select(cell => cell.Replace('\0', '|').Trim()).ToArray();
            if (line.StartsWith("## ", StringComparison.Ordinal))
                group = line[3..];
            else if (line.StartsWith("| `", StringComparison.Ordinal) && cells is ["", var name, var unit, var definition, var lookFor, ""])
                yield return new(group, name, unit, definition, lookFor);
        }
    }

    private static IEnumerable<string> Resource()
    {
        using var stream = typeof(MetricCatalogue).Assembly.GetManifestResourceStream("metrics.md")
            ?? throw new UnreachableException("The build embeds docs/metrics.md.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
