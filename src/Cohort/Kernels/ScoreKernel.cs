using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cohort.Kernels;

/// <summary>
/// Scores of queries: q k' with keys that lie one behind the other. A score is the sum over as many lanes as the vector has, and then over these: the same
/// bits whatever is scored beside it.
/// </summary>
internal static class ScoreKernel
{
    /// <summary>Scores of some queries with some keys.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="queries">[count, d].</param>
    /// <param name="keys">[positions, d].</param>
    /// <param name="size">d.</param>
    /// <param name="scores">The first query's first score; those of the next positions follow.</param>
    /// <param name="stride">From a query's scores to those of the next one.</param>
    public static void Score<T>(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int size, ref float scores, nint stride)
        where T : struct, ILanes<T>
    {
        var (count, positions) = (queries.Length / size, keys.Length / size);
        var position = 0;
        for (; position + 4 <= positions; position += 4)
        {
            ref var key = ref Unsafe.AsRef(in keys[position * size]);
            var query = 0;
            for (; query + 2 <= count; query += 2)
                PairByFour<T>(in queries[query * size], in key, size, ref Unsafe.Add(ref scores, (query * stride) + position), stride);

            for (; query < count; query++)
                OneByFour<T>(in queries[query * size], in key, size, ref Unsafe.Add(ref scores, (query * stride) + position));
        }

        for (; position < positions; position++)
            for (var query = 0; query < count; query++)
                Unsafe.Add(ref scores, (query * stride) + position) = Product<T>(in queries[query * size], in keys[position * size], size);
    }

    // Two queries by four keys.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void PairByFour<T>(ref readonly float queries, ref readonly float keys, int size, ref float scores, nint stride)
        where T : struct, ILanes<T>
    {
        ref var q = ref Unsafe.AsRef(in queries);
        ref var p = ref Unsafe.Add(ref q, size);
        ref var k0 = ref Unsafe.AsRef(in keys);
        ref var k1 = ref Unsafe.Add(ref k0, size);
        ref var k2 = ref Unsafe.Add(ref k1, size);
        ref var k3 = ref Unsafe.Add(ref k2, size);
        T a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        nint i = 0;
        for (; i <= size - T.Width; i += T.Width)
        {
            var (x, y) = (T.Load(ref Unsafe.Add(ref q, i)), T.Load(ref Unsafe.Add(ref p, i)));
            var k = T.Load(ref Unsafe.Add(ref k0, i));
            (a0, b0) = (T.MultiplyAdd(x, k, a0), T.MultiplyAdd(y, k, b0));
            k = T.Load(ref Unsafe.Add(ref k1, i));
            (a1, b1) = (T.MultiplyAdd(x, k, a1), T.MultiplyAdd(y, k, b1));
            k = T.Load(ref Unsafe.Add(ref k2, i));
            (a2, b2) = (T.MultiplyAdd(x, k, a2), T.MultiplyAdd(y, k, b2));
            k = T.Load(ref Unsafe.Add(ref k3, i));
            (a3, b3) = (T.MultiplyAdd(x, k, a3), T.MultiplyAdd(y, k, b3));
        }

        Write(T.Sums(a0, a1, a2, a3), in q, in k0, i, size, ref scores);
        Write(T.Sums(b0, b1, b2, b3), in p, in k0, i, size, ref Unsafe.Add(ref scores, stride));
    }

    // One query by four keys.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OneByFour<T>(ref readonly float query, ref readonly float keys, int size, ref float scores)
        where T : struct, ILanes<T>
    {
        ref var q = ref Unsafe.AsRef(in query);
        ref var k0 = ref Unsafe.AsRef(in keys);
        ref var k1 = ref Unsafe.Add(ref k0, size);
        ref var k2 = ref Unsafe.Add(ref k1, size);
        ref var k3 = ref Unsafe.Add(ref k2, size);
        T a0 = default, a1 = default, a2 = default, a3 = default;
        nint i = 0;
        for (; i <= size - T.Width; i += T.Width)
        {
            var x = T.Load(ref Unsafe.Add(ref q, i));
            a0 = T.MultiplyAdd(x, T.Load(ref Unsafe.Add(ref k0, i)), a0);
            a1 = T.MultiplyAdd(x, T.Load(ref Unsafe.Add(ref k1, i)), a1);
            a2 = T.MultiplyAdd(x, T.Load(ref Unsafe.Add(ref k2, i)), a2);
            a3 = T.MultiplyAdd(x, T.Load(ref Unsafe.Add(ref k3, i)), a3);
        }

        Write(T.Sums(a0, a1, a2, a3), in q, in k0, i, size, ref scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Product<T>(ref readonly float query, ref readonly float key, int size)
        where T : struct, ILanes<T>
    {
        ref var q = ref Unsafe.AsRef(in query);
        ref var k = ref Unsafe.AsRef(in key);
        T sum = default;
        nint i = 0;
        for (; i <= size - T.Width; i += T.Width)
            sum = T.MultiplyAdd(T.Load(ref Unsafe.Add(ref q, i)), T.Load(ref Unsafe.Add(ref k, i)), sum);

        return T.Sum(sum) + Rest(in q, in k, i, size);
    }

    // Four scores of one query: what vectors gave, and what fills none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector128<float> sums, ref readonly float query, ref readonly float keys, nint from, nint size, ref float scores)
    {
        sums.StoreUnsafe(ref scores);
        for (var key = 0; key < 4 && from < size; key++)
            Unsafe.Add(ref scores, key) += Rest(in query, in Unsafe.Add(ref Unsafe.AsRef(in keys), key * size), from, size);
    }

    private static float Rest(ref readonly float query, ref readonly float key, nint from, nint size)
    {
        var sum = 0f;
        for (; from < size; from++)
            sum = MathF.FusedMultiplyAdd(Unsafe.Add(ref Unsafe.AsRef(in query), from), Unsafe.Add(ref Unsafe.AsRef(in key), from), sum);

        return sum;
    }
}
