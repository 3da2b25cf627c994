using Cohort.Data;

namespace Cohort.Training;

/// <summary>
/// A learning curve on held-out problems: several sampled answers and the most likely one for each problem, at equal shares of the budget. Nothing in the run
/// is chosen by it, so that it may be of the test split. Every measurement is a line of evaluations.jsonl.
/// </summary>
public sealed record CurveOptions
{
    /// <summary>Measurements after the start, one at the end of each so many equal shares of the budget; 0 measures no curve.</summary>
    public int Points
    {
        get;
        init => field = value is >= 0 and <= 10_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Points), value, "Points must lie in [0, 10000]; 0 measures no curve.");
    }

    /// <summary>Problems per measurement.</summary>
    public int Problems
    {
        get;
        init => field = value is >= 1 and <= 10_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Problems), value, "Problems must lie in [1, 10000000].");
    } = 200;

    /// <summary>k, sampled answers per problem.</summary>
    public int Samples
    {
        get;
        init => field = value is >= 1 and <= 10_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Samples), value, "Samples must lie in [1, 10000].");
    } = 4;

    /// <summary>Which held-out problems: those of the test split, or while choosing settings those of the validation split.</summary>
    public Split Split { get; init; } = Split.Test;
}
