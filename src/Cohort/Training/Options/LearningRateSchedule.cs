namespace Cohort.Training;

/// <summary>How the learning rate moves over the run, after its warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays.</summary>
    Constant,

    /// <summary>Falls on a line to the final fraction.</summary>
    Linear,

    /// <summary>Falls on half a cosine to the final fraction; with more cycles, goes up and down.</summary>
    Cosine,

    /// <summary>Falls on half a cosine once per cycle, and starts again from the highest.</summary>
    CosineWithRestarts,

    /// <summary>Falls with a power of what remains of the run.</summary>
    Polynomial,

    /// <summary>Falls with the root of the used share of the run: fast at first (arXiv:2405.18392).</summary>
    OneLessRoot,

    /// <summary>Falls with the inverse square root of the optimizer's steps, whatever the budget (arXiv:1706.03762, section 5.3).</summary>
    InverseSquareRoot,
}
