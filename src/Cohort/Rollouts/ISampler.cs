using Cohort.Data;
using Cohort.Tensors;

namespace Cohort.Rollouts;

/// <summary>Where a sample's random numbers come from: each is derived from (seed, purpose, step, prompt, sample, position).</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Purpose">Training, validation or test tokens.</param>
/// <param name="Step">The step of the run.</param>
/// <param name="FirstPrompt">The number of the first prompt within the step: above 0 where a step samples more than once.</param>
public readonly record struct SampleSeed(ulong Seed, Purpose Purpose, long Step, long FirstPrompt = 0)
{
    // No group is larger than this, so that prompt and sample share one number.
    private const int LargestGroup = 1 << 20;

    /// <summary>The uniform number for one token.</summary>
    /// <param name="prompt">Index of the prompt in the step, from 0.</param>
    /// <param name="sample">Index of the sample of the prompt, from 0.</param>
    /// <param name="position">Index of the token in the completion, from 0.</param>
    public double Uniform(int prompt, int sample, int position) =>
        Seeds.Uniform(Seed, Purpose, Step, ((FirstPrompt + prompt) * LargestGroup) + sample, position);
}

/// <summary>All completions of one prompt, in the order of their samples.</summary>
/// <param name="PromptIndex">Which prompt, from 0.</param>
/// <param name="Completions">G completions.</param>
public sealed record CompletionGroup(int PromptIndex, IReadOnlyList<Completion> Completions);

/// <summary>
/// Samples completions. Random numbers depend on the sample alone, never on what is sampled beside it; where matrix kernels round differently
/// for other batch sizes, a token whose draw lies within 1e-5 of a boundary of the distribution may differ.
/// </summary>
public interface ISampler
{
    /// <summary>Whether the recorded log-probabilities are those of the trainer's own forward pass, up to its rounding.</summary>
    bool SharesNumerics { get; }

    /// <summary>Samples G completions of each prompt, on the calling thread.</summary>
    /// <param name="prompts">Token ids of each prompt; at least one token each.</param>
    /// <param name="samplesPerPrompt">G, at least 1.</param>
    /// <param name="sampling">How to draw, and the length limit.</param>
    /// <param name="seed">Where the random numbers come from.</param>
    /// <param name="onGroup">Called on the calling thread as soon as a prompt's last completion ends, in no particular order of prompts.</param>
    /// <param name="cancel">Read before every token.</param>
    /// <exception cref="OperationCanceledException">The token was set; groups handed over before are complete.</exception>
    /// <exception cref="ArgumentException">A prompt is empty, or does not fit the context with the new tokens.</exception>
    void Sample(
        IReadOnlyList<IReadOnlyList<int>> prompts,
        int samplesPerPrompt,
        Sampling sampling,
        SampleSeed seed,
        Action<CompletionGroup> onGroup,
        CancellationToken cancel);
}
