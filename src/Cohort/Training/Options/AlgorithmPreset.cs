namespace Cohort.Training;

/// <summary>The algorithms that a run file can name: <c>"algorithm": "ppo"</c>, or <c>"algorithm": {"preset": "ppo", ...}</c>.</summary>
public enum AlgorithmPreset
{
    /// <summary><see cref="AlgorithmOptions.Grpo"/>, also where none is named.</summary>
    Grpo,

    /// <summary><see cref="AlgorithmOptions.Ppo"/>.</summary>
    Ppo,
}
