using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>
/// How often an algorithm uses its samples where it was published; the rest of what it publishes is its preset (<see cref="AlgorithmPresets"/>).
/// </summary>
/// <param name="Epochs">Passes over a step's completions.</param>
/// <param name="Minibatches">Optimizer steps per pass.</param>
/// <param name="Source">Where that is said.</param>
public sealed record UsualSettings(int Epochs, int Minibatches, string Source)
{
    /// <summary>The settings of an algorithm; one update per step where its paper has that, or says nothing.</summary>
    /// <param name="preset">The algorithm.</param>
    public static UsualSettings Of(AlgorithmPreset preset) => preset switch
    {
        AlgorithmPreset.Ppo => new(4, 1, "four epochs of one minibatch for language models (arXiv:1909.08593, arXiv:2403.17031), after arXiv:1707.06347"),
        AlgorithmPreset.Grpo or AlgorithmPreset.DeepSeekMath => new(1, 1, "a single update after each exploration (arXiv:2402.03300, section 4.2)"),
        AlgorithmPreset.Dapo => new(1, 16, "16 gradient updates for each rollout step (arXiv:2503.14476, section 4.1)"),
        AlgorithmPreset.Gspo => new(1, 4, "four minibatches for each batch of rollouts (arXiv:2507.18071, section 5.1)"),
        AlgorithmPreset.Cispo => new(1, 16, "16 rounds of updates for each generation batch (arXiv:2506.13585, section 3.1)"),
        _ => new(1, 1, "one update for each batch of rollouts: on-policy"),
    };
}
