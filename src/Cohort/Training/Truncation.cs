using System.Diagnostics;
using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>The score of a completion once the length limit is taken into account.</summary>
public static class Truncation
{
    /// <summary>A completion's score with its total changed as the options say; what has no score stays so.</summary>
    /// <inheritdoc cref="Total" path="/param"/>
    public static Score Adjust(TruncationOptions options, Score score, int length, int longest, FinishReason finish) =>
        score is Scored scored ? scored with { Total = Total(options, scored.Total, length, longest, finish) } : score;

    /// <summary>The total, changed as the options say; a masked completion's stays.</summary>
    /// <param name="options">What becomes of completions that are cut off.</param>
    /// <param name="score">What the reward gave; finite.</param>
    /// <param name="length">Tokens of the completion, the end of sequence included.</param>
    /// <param name="longest">The length limit, in tokens.</param>
    /// <param name="finish">Whether the completion was cut off.</param>
    public static double Total(TruncationOptions options, double score, int length, int longest, FinishReason finish) => options switch
    {
        KeepTruncated or MaskTruncated => score,
        SoftOverlong soft => score + (soft.Penalty * OverlongPenalty.Of(length, longest, soft.Buffer)),
        ScaleTruncated scale => finish == FinishReason.Length ? scale.Factor * score : score,
        ReplaceTruncated replace => finish == FinishReason.Length ? replace.Score : score,
        _ => throw new UnreachableException(),
    };
}
