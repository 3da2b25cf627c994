namespace Cohort.Kernels;

/// <summary>Σ x² of each portion of several lists: added up in their order, what the norm of all lists together is the root of. A task is a portion.</summary>
/// <param name="lists">The numbers.</param>
/// <param name="portions">Of the lists.</param>
/// <param name="sums">[portions], written.</param>
internal sealed class SquaresKernel(Floats[] lists, Portion[] portions, double[] sums) : IKernel
{
    // So many squares are added in float32, and their sums in float64.
    private const int Block = 512;

    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        ReadOnlySpan<float> numbers = portions[task].Of(lists[portions[task].List]);
        var sum = 0.0;
        for (var first = 0; first < numbers.Length; first += Block)
        {
            var block = numbers[first..Math.Min(first + Block, numbers.Length)];
            sum += RowKernels.Dot<T>(block, block);
        }

        sums[task] = sum;
    }
}
