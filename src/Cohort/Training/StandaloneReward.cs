using System.Text.Json.Nodes;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>
/// Rewards outside of a run, as text: the name of a kind, or what a run file says as "reward", as in <c>{"kind": "number", "where": "boxed"}</c>.
/// </summary>
public static class StandaloneReward
{
    private const string Reward = "reward";

    /// <summary>The kinds whose name says it all, since every other option of theirs has a default.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        .. from kind in OptionsJson.Kinds(typeof(RewardOptions))
           let options = (RewardOptions)OptionsJson.Create(kind.Type)
           where options is not (AutomaticReward or TaskVerifier or CustomReward) && !options.Problems(Reward).Any()
           select kind.Name,
    ];

    /// <summary>Reads a reward from text; relative paths in it are relative to the current folder.</summary>
    /// <param name="text">The name of a kind, or a JSON object.</param>
    /// <param name="source">Where the text stands, such as "--reward"; stands first in messages.</param>
    /// <exception cref="OptionsException">It names no reward, or an option is wrong; names every problem.</exception>
    public static RewardOptions Parse(string text, string source)
    {
        var given = text.StartsWith('{') ? RunFileText.Parse(text, source) : new JsonObject { ["kind"] = text };
        var reader = new OptionsReader(new RunOptions());
        var reward = ((RunOptions)reader.Read(new JsonObject { [Reward] = given })).Reward;
        OptionsException.ThrowIfAny(reader.Problems, source);
        OptionsException.ThrowIfAny(reward.ProblemsAsWhole(Reward), source);
        OptionsException.ThrowIfAny(reward is TaskVerifier task ? task.ProblemsWithFile(Reward) : [], source);
        return reward.WithPaths(path => path == "" ? "" : Path.GetFullPath(path));
    }

    /// <summary>A reward as text that reads back to an equal one: its kind where that says it all, else JSON on one line that has no apostrophes.</summary>
    /// <param name="reward">The reward.</param>
    public static string Write(RewardOptions reward)
    {
        var options = Node(reward);
        var defaults = Node((RewardOptions)OptionsJson.Create(reward.GetType()));
        foreach (var (name, value) in defaults)
        {
            if (name != "kind" && JsonNode.DeepEquals(value, options[name]))
                options.Remove(name);
        }

        var kind = OptionsJson.KindName(typeof(RewardOptions), reward);
        return options.Count == 1 && Kinds.Contains(kind) ? kind : OptionsJson.Line(options);
    }

    /// <summary>Opens a reward.</summary>
    /// <param name="reward">Any but a C# function.</param>
    /// <param name="data">Where the problems come from, which says what "auto" is.</param>
    /// <param name="prompts">The policy's tokenizer and chat template.</param>
    /// <param name="maxNewTokens">The longest completion, in tokens.</param>
    /// <param name="placement">Where networks lie.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="TrainingException">It needs what is not there.</exception>
    /// <exception cref="ArgumentException">Its options do not fit the longest completion.</exception>
    public static RewardSet Open(RewardOptions reward, DataOptions data, PromptEncoder prompts, int maxNewTokens, Placement placement) =>
        RunRewards.Open(reward, new RewardSetting(data, prompts, maxNewTokens, placement, Folder: ""), custom: null);

    private static JsonObject Node(RewardOptions reward) => OptionsJson.ToNode(new RunOptions { Reward = reward })![Reward]!.AsObject();
}
