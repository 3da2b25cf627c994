namespace Cohort.Kernels;

/// <summary>Draws a token from logits by inverting the cumulative distribution, in passes over them that keep nothing but sums of chunks.</summary>
internal static class TokenKernel
{
    private const int Chunk = LogitRows.Chunk;

    /// <summary>A token, and its log-probability.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="logits">[V], changed: divided by the temperature.</param>
    /// <param name="temperature">0 takes the most likely token, the first of equals, with its log-probability at temperature 1.</param>
    /// <param name="uniform">In [0, 1).</param>
    public static (int Token, float LogProb) Draw<T>(Span<float> logits, double temperature, double uniform)
        where T : struct, ILanes<T>
    {
        if (temperature is not 0 and not 1)
            RowKernels.Multiply<T>(logits, (float)(1 / temperature));

        var largest = RowKernels.Largest<T>(logits);
        double total = 0;
        for (var first = 0; first < logits.Length; first += Chunk)
            total += Sum<T>(logits, first, largest);

        var token = temperature == 0 ? Math.Max(0, logits.IndexOf(largest)) : Invert<T>(logits, largest, uniform * total);
        return (token, (float)(logits[token] - (double)largest - Math.Log(total)));
    }

    // The first token whose cumulative weight exceeds the mark; where rounding passes the end, the last.
    private static int Invert<T>(ReadOnlySpan<float> logits, float largest, double mark)
        where T : struct, ILanes<T>
    {
        double before = 0;
        var first = 0;
        for (; first + Chunk < logits.Length && before + Sum<T>(logits, first, largest) is var with && with <= mark; first += Chunk)
            before = with;

        var last = Math.Min(first + Chunk, logits.Length) - 1;
        for (var token = first; token < last; token++)
        {
            before += RowKernels.Exponential(logits[token] - largest);
            if (before > mark)
                return token;
        }

        return last;
    }

    private static float Sum<T>(ReadOnlySpan<float> logits, int first, float largest)
        where T : struct, ILanes<T> => RowKernels.SumOfExponentials<T>(logits[first..Math.Min(first + Chunk, logits.Length)], largest);
}
