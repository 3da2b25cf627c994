using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Cohort.Kernels;

/// <summary>Widths of vectors.</summary>
internal enum VectorBits
{
    None = 32,
    Bits128 = 128,
    Bits256 = 256,
    Bits512 = 512,
}

/// <summary>Work in tasks that do not depend on each other: no number depends on which thread takes which, or on how many there are.</summary>
internal interface IKernel
{
    /// <summary>Does one task.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="task">Which, from 0.</param>
    void Compute<T>(int task)
        where T : struct, ILanes<T>;
}

/// <summary>Runs kernels with this machine's vectors and threads.</summary>
internal static class Vectors
{
    /// <summary>The widest that this machine computes with in one instruction.</summary>
    public static VectorBits Widest { get; } =
        Vector512.IsHardwareAccelerated ? VectorBits.Bits512
        : Vector256.IsHardwareAccelerated ? VectorBits.Bits256
        : Vector128.IsHardwareAccelerated ? VectorBits.Bits128
        : VectorBits.None;

    /// <summary>Does all tasks of a kernel.</summary>
    /// <param name="kernel">What is computed.</param>
    /// <param name="tasks">How many tasks it has.</param>
    /// <param name="threads">Threads at most, the caller's among them.</param>
    /// <param name="vectors">Null is <see cref="Widest"/>.</param>
    public static void Run(IKernel kernel, int tasks, int threads, VectorBits? vectors = null)
    {
        Action<int> compute = (vectors ?? Widest) switch
        {
            VectorBits.Bits512 => kernel.Compute<Lanes16>,
            VectorBits.Bits256 => kernel.Compute<Lanes8>,
            VectorBits.Bits128 => kernel.Compute<Lanes4>,
            VectorBits.None => kernel.Compute<Lane>,
            _ => throw new UnreachableException(),
        };
        if (Math.Min(tasks, threads) > 1)
        {
            Parallel.For(0, tasks, new ParallelOptions { MaxDegreeOfParallelism = threads }, compute);
            return;
        }

        for (var task = 0; task < tasks; task++)
            compute(task);
    }
}
