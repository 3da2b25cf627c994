using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>
/// How often an algorithm uses its samples where it was published; the rest of what it publishes is its preset (<see cref="AlgorithmPresets"/>).
/// </summary>
/// <param name="Epochs">Passes over a step's completions.</param>
/// <param name="Minibatches">Optimizer steps per pass.</param>
public sealed record UsualSettings(int Epochs, int Minibatches)
{
    /// <summary>The settings of an algorithm; where no paper is named here, one update for each batch of rollouts, on-policy, is our choice.</summary>
    /// <param name="preset">The algorithm.</param>
    public static UsualSettings Of(AlgorithmPreset preset) => preset switch
    {
        AlgorithmPreset.Ppo => new(4, 1), // for language models: four epochs of one minibatch (arXiv:1909.08593, arXiv:2403.17031)
        AlgorithmPreset.Grpo or AlgorithmPreset.DeepSeekMath => new(1, 1), // a single update after each exploration (arXiv:2402.03300, section 4.2)
        AlgorithmPreset.Dapo => new(1, 16), // 16 gradient updates for each rollout step (arXiv:2503.14476, section 4.1)
        AlgorithmPreset.Gspo => new(1, 4), // four minibatches for each batch of rollouts (arXiv:2507.18071, section 5.1)
        AlgorithmPreset.Cispo => new(1, 16), // 16 rounds of updates for each generation batch (arXiv:2506.13585, section 3.1)
        _ => new(1, 1),
    };
}
