using System.Text.Json;
using Cohort.Advantages;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>The options of an algorithm in an arm.</summary>
public static class ComparisonArms
{
    /// <summary>An algorithm's name as a contender, such as drGrpo.</summary>
    /// <param name="preset">The algorithm.</param>
    public static string NameOf(AlgorithmPreset preset) => JsonNamingPolicy.CamelCase.ConvertName(preset.ToString());

    /// <summary>
    /// The algorithm as it was published, over everything else of the run file: its preset, its epochs and minibatches (<see cref="UsualSettings"/>), and
    /// one completion for each of P·G prompts where it compares none of one prompt, else the run file's P prompts with G.
    /// </summary>
    /// <param name="run">The run file.</param>
    /// <param name="preset">The algorithm.</param>
    /// <param name="critic">The critic of an algorithm that has one.</param>
    public static RunOptions Usual(RunOptions run, AlgorithmPreset preset, CriticAdvantage critic)
    {
        var algorithm = AlgorithmPresets.Of(preset);
        var usual = UsualSettings.Of(preset);
        var rows = run.Rollout.Rows;
        return run with
        {
            Algorithm = algorithm.Advantage is CriticAdvantage ? algorithm with { Advantage = critic } : algorithm,
            Rollout = algorithm.Advantage.ComparesGroup
                ? run.Rollout
                : run.Rollout with { PromptsPerStep = rows, SamplesPerPrompt = 1, MaxRefills = 0 },
            Update = run.Update with
            {
                EpochsPerStep = usual.Epochs,
                MinibatchRows = usual.Minibatches == 1 ? 0 : (rows + usual.Minibatches - 1) / usual.Minibatches,
            },
        };
    }

    /// <summary>
    /// The run file with the algorithm's credit, and nothing else of it: prompts, groups, epochs, minibatches, loss, reduction, KL, entropy and optimizer are
    /// the run file's. Advantages are normalized per minibatch, and a group's are not divided by its deviation, so that credit less baseline is scaled alike.
    /// </summary>
    /// <inheritdoc cref="Usual"/>
    public static RunOptions Controlled(RunOptions run, AlgorithmPreset preset, CriticAdvantage critic) => run with
    {
        Algorithm = run.Algorithm with
        {
            NormalizeAdvantages = true,
            Advantage = AlgorithmPresets.Of(preset).Advantage switch
            {
                CriticAdvantage => critic,
                GroupRelative group => group with { Scale = GroupScale.None },
                var other => other,
            },
        },
    };
}
