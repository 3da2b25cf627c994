namespace Cohort.Data;

/// <summary>The three parts of a data set. No prompt stands in two of them.</summary>
public enum Split
{
    /// <summary>About 80 %: what training draws from.</summary>
    Train,

    /// <summary>About 10 %: early stop, best checkpoint and live curves.</summary>
    Validation,

    /// <summary>About 10 %: read by the final evaluation, the demo's table and comparisons only.</summary>
    Test,
}
