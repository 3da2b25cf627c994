using Cohort.Data;
using Cohort.Models;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>What a run would take, without loading its weights.</summary>
public sealed class RunPlan
{
    private readonly RunOptions _options;
    private readonly ModelConfig _config;
    private readonly int _longest;

    private RunPlan(RunOptions options, ModelConfig config, int longest) => (_options, _config, _longest) = (options, config, longest);

    /// <summary>The plan of a run: reads its data and the model's shape once, and chooses what the options leave open as a run would.</summary>
    /// <param name="options">The run's options.</param>
    /// <exception cref="OptionsException">Options contradict each other.</exception>
    /// <exception cref="ModelException">The model's config.json cannot be read.</exception>
    /// <exception cref="DataException">A prompt does not fit the context.</exception>
    public static RunPlan Of(RunOptions options)
    {
        OptionsException.ThrowIfAny(options.Problems(), "");
        var (config, longest) = Read(options);
        var resolved = PolicyTraining.Resolve(Setup.Placed(options with { Threads = Setup.Threads(options.Threads) }), longest, config);
        OptionsException.ThrowIfAny(resolved.Problems(), "");
        return new(resolved, config, longest.Length + resolved.Rollout.MaxNewTokens);
    }

    /// <summary>
    /// Whether a run's longest completion fits the context behind its longest prompt; true also where its files cannot be read, of which the run says more.
    /// </summary>
    /// <param name="options">Resolved options of a run that could be made.</param>
    internal static bool FitsContext(RunOptions options)
    {
        try
        {
            var (config, longest) = Read(options);
            return longest.Length + options.Rollout.MaxNewTokens <= config.ContextLength;
        }
        catch (Exception error) when (error is DataException or ModelException or TokenizationException or IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // The model's shape, and the longest prompt that the run would see.
    private static (ModelConfig Config, (Problem Problem, int Length) Longest) Read(RunOptions options)
    {
        var tokenizer = Setup.Tokenizer(options);
        var source = Setup.Problems(options.Data, options.Seed);
        OptionsException.ThrowIfAny(options.MissingFields(source.Training(0)), "");
        var config = Setup.Config(options.Model, tokenizer);
        var encoder = Setup.Prompts(tokenizer, options.Model, options.Data);
        source = PolicyTraining.Fitting(options, source, encoder, config);
        OptionsException.ThrowIfAny(LearningCurve.Problems(options.Evaluation.Curve, source), "");
        return (config, PolicyTraining.LongestPrompt(options, source, encoder));
    }

    /// <summary>The memory of the run.</summary>
    public MemoryPlan Memory() => new MemoryForecast(_options, _config, _longest).Plan();

    /// <summary>The time of a step, timed on some layers and the head of the model's shape with random weights: at most a minute.</summary>
    public TimePlan Time() => new TimeForecast(_options, _config, _longest).Measure();
}
