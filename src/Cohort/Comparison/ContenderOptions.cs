using System.Text.Json.Nodes;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>What contenders have set otherwise, so that a reader can see that only the credit differs, or what else.</summary>
internal static class ContenderOptions
{
    private const string Advantage = "algorithm.advantage";

    /// <summary>The options in which two contenders differ, by runs of the same seed where there are such.</summary>
    public static IReadOnlyList<OptionDifference> Between(IReadOnlyList<CellRun> baseline, IReadOnlyList<CellRun> contender)
    {
        var (other, run) = baseline.Join(contender, one => one.Cell.Seed, two => two.Cell.Seed, (one, two) => (one, two))
            .FirstOrDefault((baseline[0], contender[0]));
        return
        [
            .. OptionsDifference.Between(other.Options with { Seed = run.Options.Seed }, run.Options)
                .Select(change => new OptionDifference(change.Path, change.Old, change.New)),
        ];
    }

    /// <summary>Whether an option belongs to the credit: how advantages are estimated, the critic included.</summary>
    public static bool IsCredit(OptionDifference difference) =>
        difference.Path == Advantage || difference.Path.StartsWith(Advantage + ".", StringComparison.Ordinal);

    /// <summary>All settings of an algorithm's critic; none without one.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfCritic(RunOptions options) =>
        options.Algorithm.Advantage is CriticAdvantage && OptionsJson.ToNode(options)!["algorithm"]!["advantage"] is JsonObject advantage
            ? [.. Leaves(advantage, Advantage)]
            : [];

    private static IEnumerable<KeyValuePair<string, string>> Leaves(JsonObject options, string path) => options.SelectMany(option =>
        option.Value is JsonObject inner ? Leaves(inner, $"{path}.{option.Key}") : [new($"{path}.{option.Key}", OptionsJson.Line(option.Value))]);
}
