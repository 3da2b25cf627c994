using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>
/// log p of a token, and the entropy -Σ p log p, of p = softmax(x / T), row by row: with d = (x - max x) / T, s = Σ e^d and the mean m = Σ p d they are
/// d - log s and log s - m.
/// </summary>
/// <param name="logits">[n, V], x, and a token of each row.</param>
/// <param name="output">[2, n], written: log-probabilities, then entropies; nats.</param>
internal sealed class LogProbForward(LogitRows logits, Floats output) : IKernel
{
    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var count = logits.Tokens.Length;
        var logProbs = output.Slice(0, count);
        var entropies = output.Slice(count, count);
        Span<float> scratch = stackalloc float[LogitRows.Chunk];
        foreach (var i in logits.Rows(task))
        {
            var row = logits.Row(logits.Numbers, i);
            var (largest, sum, mean) = logits.Exponentials<T>(row, scratch);
            var distance = ((double)row[(int)logits.Tokens[i]] - largest) / logits.Temperature;
            logProbs[i] = (float)(distance - Math.Log(sum));
            entropies[i] = (float)(Math.Log(sum) - mean);
        }
    }
}

/// <summary>
/// Gradient of <see cref="LogProbForward"/>. With g and h those of a row's log-probability and entropy: x' = (g (onehot - p) - h p (log p + H)) / T, where
/// log p + H = d - m.
/// </summary>
/// <param name="logits">[n, V], x, and a token of each row.</param>
/// <param name="incoming">[2, n], g and h.</param>
/// <param name="ofLogits">[n, V], written.</param>
internal sealed class LogProbBackward(LogitRows logits, Floats incoming, Floats ofLogits) : IKernel
{
    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var count = logits.Tokens.Length;
        var ofLogProbs = incoming.Slice(0, count);
        var ofEntropies = incoming.Slice(count, count);
        foreach (var i in logits.Rows(task))
        {
            var row = logits.Row(logits.Numbers, i);
            var to = logits.Row(ofLogits, i);
            var (largest, sum, mean) = logits.Exponentials<T>(row, to);
            var (g, h) = (ofLogProbs[i], ofEntropies[i]);
            var scale = -1 / (sum * logits.Temperature);
            if (h == 0)
            {
                RowKernels.Multiply<T>(to, (float)(scale * g));
            }
            else
            {
                var (constant, slope) = ((float)(scale * (g - (h * mean))), (float)(scale * h));
                var done = Weigh<T>(row, to, largest, constant, slope, 0);
                Weigh<Lane>(row, to, largest, constant, slope, done);
            }

            to[(int)logits.Tokens[i]] += (float)(g / logits.Temperature);
        }
    }

    // From an index on, as far as whole vectors go, multiplies e^d by constant + slope d; says how far.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Weigh<T>(ReadOnlySpan<float> row, Span<float> exponentials, float largest, float constant, float slope, int i)
        where T : struct, ILanes<T>
    {
        var (shift, inverse) = (T.All(largest), T.All(logits.Inverse));
        for (; i <= row.Length - T.Width; i += T.Width)
        {
            var distance = LogitRows.Distance(T.Load(in row[i]), shift, inverse);
            (T.Load(ref exponentials[i]) * T.MultiplyAdd(T.All(slope), distance, T.All(constant))).Store(ref exponentials[i]);
        }

        return i;
    }
}
