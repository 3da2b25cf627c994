using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>Logits over a vocabulary, row by row, and a token of each row. A task is some rows.</summary>
/// <param name="Numbers">[n, V]; -inf is a probability of 0.</param>
/// <param name="Size">V.</param>
/// <param name="Tokens">[n], in [0, V).</param>
/// <param name="Temperature">Positive; what the logits are divided by.</param>
internal readonly record struct LogitRows(Floats Numbers, int Size, long[] Tokens, double Temperature)
{
    /// <summary>Numbers that are added up in float32; their sums are added in float64.</summary>
    public const int Chunk = 256;

    private const int TaskNumbers = 1 << 16;

    /// <summary>1 / temperature.</summary>
    public float Inverse => (float)(1 / Temperature);

    /// <summary>Pieces of work.</summary>
    public int Tasks => (Tokens.Length + TaskRows - 1) / TaskRows;

    private int TaskRows => Math.Max(1, TaskNumbers / Size);

    /// <summary>The rows of a task.</summary>
    public IEnumerable<int> Rows(int task)
    {
        var first = task * TaskRows;
        return Enumerable.Range(first, Math.Min(TaskRows, Tokens.Length - first));
    }

    /// <summary>The logits of a row, or as many other numbers of it.</summary>
    public Span<float> Row(Floats numbers, int row) => numbers.Slice((long)row * Size, Size);

    /// <summary>e^d with d = (x - max x) / temperature of a row's logits x, 0 where x is -inf, and what a softmax needs of them.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="logits">[V], x.</param>
    /// <param name="exponentials">[V], written; or [<see cref="Chunk"/>], written over again and again where they are not kept.</param>
    /// <returns>The largest logit, Σ e^d, and the mean of d under the softmax.</returns>
    public (float Largest, double Sum, double Mean) Exponentials<T>(ReadOnlySpan<float> logits, Span<float> exponentials)
        where T : struct, ILanes<T>
    {
        var largest = RowKernels.Largest<T>(logits);
        var (sum, product) = (0.0, 0.0);
        for (var first = 0; first < logits.Length; first += Chunk)
        {
            var numbers = logits[first..Math.Min(first + Chunk, logits.Length)];
            var to = exponentials.Slice(first % exponentials.Length, numbers.Length);
            var vectors = Add<T>(numbers, largest, Inverse, to, 0);
            var rest = Add<Lane>(numbers, largest, Inverse, to, vectors.Done);
            sum += vectors.Sum + (double)rest.Sum;
            product += vectors.Product + (double)rest.Product;
        }

        return (largest, sum, product / sum);
    }

    /// <summary>d, where it is not so low that e^d is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Distance<T>(T logits, T largest, T inverse)
        where T : struct, ILanes<T> => T.Max((logits - largest) * inverse, T.All(RowKernels.LowestExponent));

    // From an index on, as far as whole vectors go: Σ e^d, Σ e^d d, and how far.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Sum, float Product, int Done) Add<T>(ReadOnlySpan<float> logits, float largest, float inverse, Span<float> exponentials, int i)
        where T : struct, ILanes<T>
    {
        // What stands for e^-inf is taken off, so that it is 0.
        var zero = RowKernels.Exponential(T.All(RowKernels.LowestExponent));
        var (shift, factor, sums, products) = (T.All(largest), T.All(inverse), T.All(0), T.All(0));
        for (; i <= logits.Length - T.Width; i += T.Width)
        {
            var distance = Distance(T.Load(in logits[i]), shift, factor);
            var exponential = RowKernels.Exponential(distance) - zero;
            exponential.Store(ref exponentials[i]);
            sums += exponential;
            products = T.MultiplyAdd(exponential, distance, products);
        }

        return (T.Sum(sums), T.Sum(products), i);
    }
}
