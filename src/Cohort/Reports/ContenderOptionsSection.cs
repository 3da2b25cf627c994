using Cohort.Comparison;

namespace Cohort.Reports;

/// <summary>What contenders have set otherwise, so that a reader can check what is compared.</summary>
internal static class ContenderOptionsSection
{
    /// <summary>The section.</summary>
    public static Markup Of(ComparisonResult result) => $"""
        <section><h2>Options</h2>
        {result.Arms.Select(Arm)}</section>

        """;

    private static Markup Arm(ArmResult arm) => $"""
        <h3>{ArmText.Name(arm)}</h3>
        <p class="note">{Limitations.Name(arm)}. Seeds: {string.Join("; ", arm.Contenders.Select(Seeds))}.</p>
        {NumberTable.Of(
            $"{ArmText.Name(arm)}: options that are not the baseline's",
            ["option", "contender", arm.Contenders[0].Name, "the contender's"],
            [.. arm.Contenders.SelectMany(contender => contender.Differences.Select(each => (IReadOnlyList<string>)
                [each.Path, contender.Name, each.Baseline, each.Contender]))])}
        {arm.Contenders.Where(contender => contender.CriticSettings.Count > 0).Select(contender => Critic(arm, contender))}
        """;

    private static Markup Critic(ArmResult arm, ContenderResult contender) => $"""
        <details><summary>Critic of {contender.Name}: all settings</summary>
        {NumberTable.Of(
            $"{ArmText.Name(arm)}: settings of {contender.Name}'s critic", ["option", "value"],
            [.. contender.CriticSettings.Select(setting => (IReadOnlyList<string>)[setting.Key, setting.Value])])}
        </details>
        """;

    private static string Seeds(ContenderResult contender) => $"{contender.Name} {string.Join(", ", contender.Seeds.Select(seed => seed.Seed))}";
}
