using Cohort.Tensors;

namespace Cohort.Rewards;

/// <summary>A penalty that grows over the last tokens before the length limit (DAPO, arXiv:2503.14476, eq. 13).</summary>
public static class OverlongPenalty
{
    /// <summary>0 up to longest - buffer tokens, then a line down to -1 at the longest, and -1 beyond.</summary>
    /// <param name="length">Tokens of the completion, the end of sequence included.</param>
    /// <param name="longest">L_max, in tokens.</param>
    /// <param name="buffer">L_cache, in tokens, in [0, longest]; 0 is a step after the longest.</param>
    /// <returns>In [-1, 0].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is out of range.</exception>
    public static double Of(int length, int longest, int buffer)
    {
        Guards.Require(buffer >= 0 && buffer <= longest, buffer, $"it must lie in [0, {longest}], the longest completion");
        var over = length - (longest - buffer);
        return over <= 0 ? 0 : over < buffer ? -(double)over / buffer : -1;
    }
}
