namespace Cohort.Training;

/// <summary>Whether the blocks of a network are computed again in the backward pass instead of being kept for it.</summary>
public enum Recomputation
{
    /// <summary>Only where a single row would not fit the budget of a micro-batch otherwise.</summary>
    Auto,

    /// <summary>The least memory; about a third more time per update.</summary>
    Always,

    /// <summary>The least time.</summary>
    Never,
}
