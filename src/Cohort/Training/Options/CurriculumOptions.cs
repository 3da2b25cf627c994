namespace Cohort.Training;

/// <summary>
/// A difficulty curriculum: problems that the policy always or never solves, with the same score each time, teach a group nothing, and are sampled less.
/// For data whose problems come again; the choice is derived from the seed.
/// </summary>
public sealed record CurriculumOptions
{
    /// <summary>
    /// The probability that a problem is left out whose completions all passed, or all failed, and had equal scores each of the last times; 0 is no curriculum.
    /// </summary>
    public double LeaveOut
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(LeaveOut), value, "LeaveOut must lie in [0, 1); 0 is no curriculum.");
    }

    /// <summary>How many times in a row a problem's pass rate must be 0 or 1, with equal scores, before it is sampled less.</summary>
    public int After
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(After), value, "After must lie in [1, 1000].");
    } = 1;
}
