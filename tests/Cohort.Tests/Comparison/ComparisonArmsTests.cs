using Cohort.Comparison;
using Cohort.Losses;
using Cohort.Training;

namespace Cohort.Tests.Comparison;

public sealed class ComparisonArmsTests
{
    private static readonly CriticAdvantage Critic = new() { Lambda = 0.9, Critic = new() { Start = new FreshCritic { HiddenSize = 16 } } };

    private static readonly RunOptions Run = new()
    {
        Model = new FolderModel { Path = "/base" },
        Algorithm = AlgorithmOptions.Grpo with { Loss = new ClippedLoss { Low = 0.1 }, Kl = new() { Coefficient = 0.02 } },
        Rollout = new() { PromptsPerStep = 6, SamplesPerPrompt = 8, MaxRefills = 2 },
        Update = new() { EpochsPerStep = 3, MinibatchRows = 12 },
    };

    [Fact]
    public void Only_the_advantage_differs_in_the_controlled_arm()
    {
        var (ppo, grpo) = (ComparisonArms.Controlled(Run, AlgorithmPreset.Ppo, Critic), ComparisonArms.Controlled(Run, AlgorithmPreset.Grpo, Critic));
        Assert.Equal(["algorithm.advantage.kind: \"critic\" -> \"group\""], Differences(ppo, grpo));
        Assert.Equal(
            ["algorithm.advantage.kind: \"group\" -> \"leaveOneOut\""],
            Differences(grpo, ComparisonArms.Controlled(Run, AlgorithmPreset.Rloo, Critic)));
        Assert.Equal(Critic, ppo.Algorithm.Advantage);
    }

    [Fact]
    public void Controlled_arm_changes_of_the_run_file_the_scaling_of_advantages_alone()
    {
        string[] expected = ["algorithm.advantage.scale: \"groupDeviation\" -> \"none\"", "algorithm.normalizeAdvantages: false -> true"];
        Assert.Equal(expected, Differences(Run, ComparisonArms.Controlled(Run, AlgorithmPreset.Grpo, Critic)));
    }

    [Fact]
    public void Usual_arm_has_the_preset_its_epochs_and_single_completions_where_none_are_compared()
    {
        string[] ppo =
        [
            "algorithm.advantage.kind: \"group\" -> \"critic\"", "algorithm.normalizeAdvantages: false -> true", "algorithm.loss.low: 0.1 -> 0.2",
            "algorithm.reduction: \"responseMean\" -> \"tokenMean\"", "algorithm.kl.coefficient: 0.02 -> 0", "rollout.promptsPerStep: 6 -> 48",
            "rollout.samplesPerPrompt: 8 -> 1", "rollout.maxRefills: 2 -> 0", "update.epochsPerStep: 3 -> 4", "update.minibatchRows: 12 -> 0",
        ];
        Assert.Equal(ppo, Differences(Run, ComparisonArms.Usual(Run, AlgorithmPreset.Ppo, Critic)));

        string[] dapo =
        [
            "algorithm.loss.low: 0.1 -> 0.2", "algorithm.loss.high: 0.2 -> 0.28", "algorithm.reduction: \"responseMean\" -> \"tokenMean\"",
            "algorithm.kl.coefficient: 0.02 -> 0", "update.epochsPerStep: 3 -> 1", "update.minibatchRows: 12 -> 3",
        ];
        Assert.Equal(dapo, Differences(Run, ComparisonArms.Usual(Run, AlgorithmPreset.Dapo, Critic)));
    }

    private static IEnumerable<string> Differences(RunOptions from, RunOptions to) =>
        OptionsDifference.Between(from, to).Select(change => $"{change.Path}: {change.Old} -> {change.New}");
}
