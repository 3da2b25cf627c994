namespace Cohort.Comparison;

/// <summary>How the contenders of a comparison are set against each other.</summary>
public enum Arm
{
    /// <summary>Each algorithm's published preset.</summary>
    Usual,

    /// <summary>Everything equal but the credit.</summary>
    Controlled,

    /// <summary>The run file, changed by each contender's own settings.</summary>
    Variant,
}

/// <summary>One run of a comparison.</summary>
/// <param name="Task">The name of its run file, without ending.</param>
/// <param name="Arm">The arm.</param>
/// <param name="Contender">The algorithm, or the variant's name.</param>
/// <param name="Seed">The run's seed.</param>
public sealed record Cell(string Task, Arm Arm, string Contender, ulong Seed)
{
    /// <summary>The run directory, relative to the comparison's: such as runs/sort/controlled/ppo/seed-1.</summary>
    public string Path => $"runs/{Task}/{Arm.ToString().ToLowerInvariant()}/{Contender}/seed-{Seed}";
}
