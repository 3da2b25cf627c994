namespace Cohort.Advantages;

/// <summary>What a group's centred scores are divided by.</summary>
public enum GroupScale
{
    /// <summary>The group's standard deviation plus epsilon: GRPO, DeepSeekMath, arXiv:2402.03300.</summary>
    GroupDeviation,

    /// <summary>Nothing: Dr. GRPO, arXiv:2503.20783.</summary>
    None,

    /// <summary>The standard deviation of all scored rows of the batch plus epsilon.</summary>
    BatchDeviation,
}
