using Cohort.Parsing;

namespace Cohort.Training;

/// <summary>1 where the final number of the answer equals the reference's: integers, decimals, fractions and percentages.</summary>
public sealed record NumberMatch : RewardOptions
{
    /// <summary>Where the answer's number stands: in the last box, after the last ####, at the end, or the first of these that is there.</summary>
    public AnswerPlace Where { get; init; }
}

/// <summary>1 where the final expression of the answer has the same value as the reference's: numbers, + - * / ^, brackets and \frac.</summary>
public sealed record MathMatch : RewardOptions
{
    /// <summary>Where the answer's expression stands: in the last box, after the last ####, in the last line, or the first of these that is there.</summary>
    public AnswerPlace Where { get; init; }
}
