using Cohort.Models;

namespace Cohort.Training;

/// <summary>What a run would take, without loading its weights.</summary>
public static class RunPlan
{
    /// <summary>The memory of a run.</summary>
    /// <param name="options">Its options; what they leave open is chosen as a run would.</param>
    /// <exception cref="OptionsException">Options contradict each other.</exception>
    /// <exception cref="ModelException">The model's config.json cannot be read.</exception>
    /// <exception cref="Data.DataException">A prompt does not fit the context.</exception>
    public static MemoryPlan Memory(RunOptions options) =>
        Resolve(options, (resolved, config, longest) => new MemoryForecast(resolved, config, longest).Plan());

    /// <summary>The time of a step, timed on one layer and the head of the model's shape with random weights: at most a minute.</summary>
    /// <inheritdoc cref="Memory"/>
    public static TimePlan Time(RunOptions options) => Resolve(options, (resolved, config, longest) => new TimeForecast(resolved, config, longest).Measure());

    private static T Resolve<T>(RunOptions options, Func<RunOptions, ModelConfig, int, T> plan)
    {
        OptionsException.ThrowIfAny(options.Problems(), "");
        var tokenizer = Setup.Tokenizer(options.Model, options.Data);
        var source = Setup.Problems(options.Data, options.Seed);
        var prompts = Setup.Prompts(tokenizer, options.Model, options.Data);
        var config = Setup.Config(options.Model, tokenizer);
        var threads = Setup.Threads(options.Threads);
        var resolved = PolicyTraining.Resolve(Setup.Placed(options with { Threads = threads }), source, prompts, config);
        OptionsException.ThrowIfAny(resolved.Problems(), "");
        var longestPrompt = PolicyTraining.Prompts(resolved, source, prompts).Max(prompt => prompt.Length);
        return plan(resolved, config, longestPrompt + resolved.Rollout.MaxNewTokens);
    }
}
