using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>The order in which an epoch takes a step's rows.</summary>
internal static class Minibatches
{
    /// <summary>A seeded permutation of the rows, cut into minibatches; the last may be smaller.</summary>
    /// <param name="count">B, rows of the step.</param>
    /// <param name="size">Rows per minibatch; 0 is all, in their own order.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">The step.</param>
    /// <param name="epoch">The epoch within the step.</param>
    public static IEnumerable<long[]> Of(int count, int size, ulong seed, long step, int epoch)
    {
        var order = size == 0 || size >= count
            ? Enumerable.Range(0, count)
            : Seeds.Permutation(count, Seeds.Sequence(seed, Purpose.Minibatches, step, epoch));
        return order.Select(row => (long)row).Chunk(size == 0 ? count : size);
    }
}
