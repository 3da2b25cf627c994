using Cohort.Parsing;

namespace Cohort.Training;

/// <summary>1 where the answer equals the reference, white space around it aside.</summary>
public sealed record ExactMatch : RewardOptions
{
    /// <summary>Which part of the text is the answer: all of it, what is in the last box, after the last ####, or between answer tags.</summary>
    public AnswerPlace Where { get; init; } = AnswerPlace.Last;
}

/// <summary>1 where the final number of the answer equals the reference's: integers, decimals, fractions, mixed numbers and percentages.</summary>
public sealed record NumberMatch : RewardOptions
{
    /// <summary>
    /// Where the answer's number stands: in the last box, after the last ####, at the end, between answer tags, or the first of box, #### and end that is
    /// there.
    /// </summary>
    public AnswerPlace Where { get; init; }
}

/// <summary>1 where the final expression of the answer has the same value as the reference's: numbers, + - * / ^, brackets and \frac.</summary>
public sealed record MathMatch : RewardOptions
{
    /// <summary>
    /// Where the answer's expression stands: in the last box, after the last ####, in the last line, between answer tags, or the first of box, #### and
    /// line that is there.
    /// </summary>
    public AnswerPlace Where { get; init; }
}
