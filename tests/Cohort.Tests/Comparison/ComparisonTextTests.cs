using System.Text.Json;
using Cohort.Comparison;
using Cohort.Telemetry;
using static Cohort.Tests.Comparison.SyntheticRuns;

namespace Cohort.Tests.Comparison;

public class ComparisonTextTests
{
    [Fact]
    public void Text_is_as_pinned_and_fits_100_columns()
    {
        var lines = ComparisonText.Lines(Full());
        Snapshot.Same("Comparison/comparison.txt", string.Join('\n', lines) + "\n");
        Assert.All(lines, line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Many_contenders_stand_in_several_tables()
    {
        var runs = Enumerable.Range(0, 6).SelectMany(number =>
            Four.Take(2).Select(run => run with { Cell = run.Cell with { Contender = $"variant-{number}" } }));
        var lines = ComparisonText.Lines(ComparisonAnalysis.Of([.. runs], new()));
        Assert.Equal(2, lines.Count(line => line.StartsWith("  mean over steps and seeds", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Json_has_everything_under_snake_case_names_and_null_for_what_was_not_measured()
    {
        using var json = JsonDocument.Parse(ComparisonJson.Of(Full()));
        var arm = json.RootElement.GetProperty("arms")[0];
        Assert.Equal("controlled", arm.GetProperty("arm").GetString());
        var pair = arm.GetProperty("pairs")[0];
        Assert.Equal("open", pair.GetProperty("conclusion").GetString());
        Assert.Equal(0.1875, pair.GetProperty("pass_at_1").GetProperty("interval").GetProperty("estimate").GetDouble(), 1e-12);
        Assert.Equal(-0.15625, pair.GetProperty("pass_at_1_at_equal_time").GetProperty("interval").GetProperty("estimate").GetDouble(), 1e-12);
        Assert.Equal(JsonValueKind.Null, pair.GetProperty("greedy").GetProperty("adjusted_p_value").ValueKind);
        var ppo = arm.GetProperty("contenders")[1];
        Assert.Equal("pass_at_1", ppo.GetProperty("measures")[0].GetProperty("measure").GetString());
        Assert.Equal("maj_at_k", ppo.GetProperty("measures")[2].GetProperty("measure").GetString());
        Assert.Equal(0.75, ppo.GetProperty("seeds")[0].GetProperty("points")[1].GetProperty("pass_at_1").GetDouble());
        Assert.Equal("last_third", ppo.GetProperty("critic")[1].GetProperty("period").GetString());
        Assert.Equal(8, json.RootElement.GetProperty("probes")[0].GetProperty("samples_per_prompt").GetInt32());
        Assert.Equal("2 cores", json.RootElement.GetProperty("facts")[0].GetProperty("value").GetString());
    }

    /// <summary>A result with something of everything.</summary>
    internal static ComparisonResult Full()
    {
        var runs = Four.Select((run, index) => run with
        {
            Steps = Steps(
            [
                (MetricNames.RolloutSeconds, [1 + index, 2, 3, 4]), (MetricNames.UpdateSeconds, [1, 1, 1, 1.5 + index]),
                (MetricNames.PeakMemory, [100, 300, 300, 300 + index]),
                (MetricNames.GradientSignal, [0.5, 0.25, double.NaN, 0.125 * index]), (MetricNames.AdvantageDeviation, [0.5, 0.5, 0.25, 0.5]),
                (MetricNames.RatioSharePrefix + "0.95_1.05", [1, 0.9, 0.8, 0.9]), (MetricNames.ClipHigh, [0, 0.01, 0.02, 0.01 * index]),
                .. run.Cell.Contender == "ppo"
                    ? new (string, double[])[]
                    {
                        (MetricNames.ExplainedVariance, [-0.5, 0.1, 0.3, 0.5 + (0.1 * index)]), (MetricNames.CriticSeconds, [1, 1, 1, 1]),
                        (MetricNames.CalibrationValuePrefix + "0", [0.1, 0.2, 0.2, 0.2]), (MetricNames.CalibrationReturnPrefix + "0", [0.1, 0.2, 0.25, 0.3]),
                        (MetricNames.CalibrationValuePrefix + "1", [0.5, 0.5, 0.5, 0.6]), (MetricNames.CalibrationReturnPrefix + "1", [0.4, 0.4, 0.4, 0.5]),
                    }
                    : [],
            ]),
        });
        return ComparisonAnalysis.Of([.. runs], new()
        {
            Probes = [new("grpo", 8, 16, 9.5, 1.25, 2.5, 210), new("ppo", 16, 16, double.NaN, 3.5, 6.25, 420)],
            AddedSeeds = [2],
            Facts = [new("machine", "2 cores")],
            Lineage = [new("sort: base model", "base")],
        });
    }
}
