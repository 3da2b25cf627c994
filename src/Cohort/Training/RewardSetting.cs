using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>What rewards of a run may need beside their options.</summary>
/// <param name="Data">Where problems come from.</param>
/// <param name="Prompts">The policy's tokenizer and chat template.</param>
/// <param name="MaxNewTokens">The longest completion, in tokens.</param>
/// <param name="Placement">Where the run's networks lie.</param>
/// <param name="Folder">The run directory, for what a reward keeps between steps; empty where there is none.</param>
internal sealed record RewardSetting(DataOptions Data, PromptEncoder Prompts, int MaxNewTokens, Placement Placement, string Folder)
{
    /// <summary>The reward's name in the run; empty for a single one.</summary>
    public string Name { get; init; } = "";

    /// <summary>The option that names several rewards.</summary>
    public string Group { get; init; } = "reward.rewards";

    /// <summary>The option that the reward is, such as "reward" or "evaluation.metrics.gold".</summary>
    public string Path => Name == "" ? "reward" : $"{Group}.{Name.Split('/')[^1]}";
}
