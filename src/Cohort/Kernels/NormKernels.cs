namespace Cohort.Kernels;

/// <summary>y = x r w with r = 1 / sqrt(mean(x²) + ε), row by row. A task is some rows.</summary>
/// <param name="input">[rows, n].</param>
/// <param name="weights">[n].</param>
/// <param name="epsilon">ε.</param>
/// <param name="output">[rows, n], written.</param>
internal sealed class NormForward(Floats input, Floats weights, double epsilon, Floats output) : IKernel
{
    /// <summary>Rows of a task.</summary>
    public const int TaskRows = 64;

    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var size = (int)weights.Length;
        var weight = weights.Slice(0, size);
        foreach (var first in Rows(task, input.Length, size))
        {
            var row = input.Slice(first, size);
            Scale<T>(row, weight, Root<T>(row, epsilon), output.Slice(first, size));
        }
    }

    /// <summary>Pieces of work for so many rows.</summary>
    public static int Tasks(long rows) => (int)((rows + TaskRows - 1) / TaskRows);

    /// <summary>Where the rows of a task begin.</summary>
    public static IEnumerable<long> Rows(int task, long length, int size)
    {
        var end = Math.Min(length / size, (task + 1L) * TaskRows);
        for (var row = (long)task * TaskRows; row < end; row++)
            yield return row * size;
    }

    /// <summary>r of a row.</summary>
    public static float Root<T>(ReadOnlySpan<float> row, double epsilon)
        where T : struct, ILanes<T> => (float)(1 / Math.Sqrt(((double)RowKernels.Dot<T>(row, row) / row.Length) + epsilon));

    private static void Scale<T>(ReadOnlySpan<float> row, ReadOnlySpan<float> weight, float root, Span<float> to)
        where T : struct, ILanes<T>
    {
        var i = 0;
        for (; i <= row.Length - T.Width; i += T.Width)
            (T.Load(in row[i]) * T.All(root) * T.Load(in weight[i])).Store(ref to[i]);

        for (; i < row.Length; i++)
            to[i] = row[i] * root * weight[i];
    }
}

/// <summary>
/// Gradients of <see cref="NormForward"/>. With the output's gradient y': x' = r (w y' - x r² mean(w y' x)) and w' = Σ y' x r, where each task's rows are summed
/// by themselves, so that the sum does not depend on threads.
/// </summary>
/// <param name="input">[rows, n].</param>
/// <param name="weights">[n].</param>
/// <param name="epsilon">ε.</param>
/// <param name="incoming">[rows, n], y'.</param>
/// <param name="ofInput">[rows, n], written.</param>
/// <param name="ofWeights">[tasks, n], written: to be added up.</param>
internal sealed class NormBackward(Floats input, Floats weights, double epsilon, Floats incoming, Floats ofInput, Floats ofWeights) : IKernel
{
    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var size = (int)weights.Length;
        var weight = weights.Slice(0, size);
        var sum = ofWeights.Slice((long)task * size, size);
        sum.Clear();
        foreach (var first in NormForward.Rows(task, input.Length, size))
        {
            var row = input.Slice(first, size);
            Turn<T>(row, weight, incoming.Slice(first, size), NormForward.Root<T>(row, epsilon), ofInput.Slice(first, size), sum);
        }
    }

    private static void Turn<T>(
        ReadOnlySpan<float> row, ReadOnlySpan<float> weight, ReadOnlySpan<float> gradient, float root, Span<float> ofRow, Span<float> sum)
        where T : struct, ILanes<T>
    {
        // First w y' and its product with x, then the rest.
        var (i, products) = (0, T.All(0));
        for (; i <= row.Length - T.Width; i += T.Width)
        {
            var (x, g) = (T.Load(in row[i]), T.Load(in gradient[i]));
            var weighted = g * T.Load(in weight[i]);
            weighted.Store(ref ofRow[i]);
            products = T.MultiplyAdd(weighted, x, products);
            T.MultiplyAdd(g * x, T.All(root), T.Load(ref sum[i])).Store(ref sum[i]);
        }

        var product = T.Sum(products);
        for (; i < row.Length; i++)
        {
            ofRow[i] = gradient[i] * weight[i];
            product += ofRow[i] * row[i];
            sum[i] += gradient[i] * row[i] * root;
        }

        var share = -root * root * product / row.Length;
        for (i = 0; i <= row.Length - T.Width; i += T.Width)
            (T.MultiplyAdd(T.Load(in row[i]), T.All(share), T.Load(ref ofRow[i])) * T.All(root)).Store(ref ofRow[i]);

        for (; i < row.Length; i++)
            ofRow[i] = ((row[i] * share) + ofRow[i]) * root;
    }
}
