using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>
/// A reward model's score. The folder is read again on resume, and must then hold the same files. Its unit is the model's own: a difference of 1 is
/// odds of e to 1 that a person prefers the better answer.
/// </summary>
public sealed record ModelScorer : RewardOptions
{
    /// <summary>The folder of the reward model, as <c>cohort reward-model</c> or transformers writes it, relative to the run file.</summary>
    public string Path { get; init; } = "";

    /// <summary>How many answers the model reads at once.</summary>
    public int MicroBatchRows
    {
        get;
        init => field = value is >= 1 and <= 65536 ? value
            : throw new ArgumentOutOfRangeException(nameof(MicroBatchRows), value, "MicroBatchRows must lie in [1, 65536].");
    } = 16;

    /// <summary>When prompts are written with the reward model's own chat template: as in its training, whatever the policy's are written with.</summary>
    public ChatUse Chat { get; init; }

    /// <summary>A system message for the reward model's conversations that do not begin with one; empty for none.</summary>
    public string System { get; init; } = "";

    internal override bool IsGraded => true;

    internal override IEnumerable<string> Files => CarriedFiles.OfModel(Path);

    internal override RewardOptions WithPaths(Func<string, string> resolve) => this with { Path = resolve(Path) };

    internal override IEnumerable<string> Problems(string path)
    {
        if (Path == "")
            yield return $"{path}.path is empty; name the folder of a reward model.";
    }

    /// <summary>The reward, on the device and in the type of the run's networks.</summary>
    /// <exception cref="ModelException">The folder holds no reward model.</exception>
    internal ModelReward Open(RewardSetting setting)
    {
        var (model, prompts) = Load(setting);
        try
        {
            return new ModelReward(model, prompts, MicroBatchRows);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private (RewardModel Model, PromptEncoder Prompts) Load(RewardSetting setting)
    {
        try
        {
            return RewardModelFolder.Load(Path, setting.Placement, Chat, System, NoonClock.Of(setting.Data.Today));
        }
        catch (Exception error) when (error is ModelException or TokenizationException or SafetensorsException)
        {
            throw new ModelException(
                $"{setting.Path}.path is no folder of a reward model: {error.Message} Name one that `cohort reward-model` or transformers wrote.", error);
        }
    }
}
