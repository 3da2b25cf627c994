namespace Cohort.Comparison;

/// <summary>What a comparison found: numbers, and what may be concluded from them.</summary>
public sealed record ComparisonResult
{
    /// <summary>What may be concluded from the whole, in a few sentences.</summary>
    public required string Headline { get; init; }

    /// <summary>What the conclusion is limited by, a sentence each.</summary>
    public required IReadOnlyList<string> Limits { get; init; }

    /// <summary>Every task in every arm, in the order of the runs.</summary>
    public required IReadOnlyList<ArmResult> Arms { get; init; }

    /// <summary>Differences of sampled pass@1 that Holm's correction was made over.</summary>
    public required int Comparisons { get; init; }

    /// <summary>Distinct base models of all runs.</summary>
    public required int Bases { get; init; }

    /// <summary>Whether every seed starts from a base model of its own.</summary>
    public required bool BasePerSeed { get; init; }

    /// <summary>Whether seconds are those of the clock on the wall; else of the processor, all threads together.</summary>
    public required bool WallClock { get; init; }

    /// <summary>Runs side by side on the machine.</summary>
    public required int Jobs { get; init; }

    /// <summary>Seeds that were added after the others' results could be seen.</summary>
    public required IReadOnlyList<ulong> AddedSeeds { get; init; }

    /// <summary>Jobs that failed, as far as that is known: a run that is neither here nor finished is not done yet.</summary>
    public required IReadOnlyList<FailedJob> Failed { get; init; }

    /// <summary>How cost grows with group size and length, from short runs; none where it was not measured.</summary>
    public required IReadOnlyList<CostProbe> Probes { get; init; }

    /// <summary>Seeds, runs and the machine, as label and text.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; }

    /// <summary>What each task's runs were made of, as label and text.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Lineage { get; init; }
}

/// <summary>One task in one arm.</summary>
public sealed record ArmResult
{
    /// <summary>The name of its run file.</summary>
    public required string Task { get; init; }

    /// <summary>The arm.</summary>
    public required Arm Arm { get; init; }

    /// <summary>Held-out problems of each measurement.</summary>
    public required int Problems { get; init; }

    /// <summary>Whether they are of the validation split, by which settings are chosen; else of the test split.</summary>
    public required bool OnValidation { get; init; }

    /// <summary>k, sampled answers per problem.</summary>
    public required int Samples { get; init; }

    /// <summary>Sampled tokens at which the contenders are compared: the budget, or the end of the shortest run before it.</summary>
    public required double Tokens { get; init; }

    /// <summary>Sampled pass@1 whose first reaching is timed; NaN where there is none.</summary>
    public required double Threshold { get; init; }

    /// <summary>The contenders; the first one is the baseline.</summary>
    public required IReadOnlyList<ContenderResult> Contenders { get; init; }

    /// <summary>Every other contender against the baseline.</summary>
    public required IReadOnlyList<PairResult> Pairs { get; init; }
}
