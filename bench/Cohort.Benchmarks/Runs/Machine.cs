using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Tensors;
using Cohort.Training;
using MathNet.Numerics.Statistics;
using static TorchSharp.torch;

namespace Cohort.Benchmarks.Runs;

/// <summary>What the machine can do at best.</summary>
internal static class Machine
{
    private const int Size = 2048;
    private const int Numbers = 1 << 27; // 512 MiB: no cache holds them

    /// <summary>Measures it.</summary>
    /// <returns>A line of JSON.</returns>
    public static string Measure()
    {
        var threads = Setup.Threads(0);
        return JsonSerializer.Serialize(new
        {
            processor = ProcessorName(),
            cores = PhysicalCores.Count,
            vector_bits = (int)Vectors.Widest,
            memory_gib = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
            matmul_gflops = MatrixGigaflops(),
            read_gb_per_second = Math.Round(ReadGigabytes(threads), 1),
            system = RuntimeInformation.OSDescription,
            runtime = RuntimeInformation.FrameworkDescription,
        });
    }

    /// <summary>Billions of floating-point operations a second in a product of two large matrices, by libtorch; the median of five.</summary>
    public static double MatrixGigaflops()
    {
        using var scope = NewDisposeScope();
        var x = randn(Size, Size);
        _ = x.matmul(x);
        return Math.Round(2 * Math.Pow(Size, 3) / Median(() => x.matmul(x)) / 1e9, 1);
    }

    // Every thread sums its part.
    private static double ReadGigabytes(int threads)
    {
        var numbers = GC.AllocateUninitializedArray<float>(Numbers);
        Array.Fill(numbers, 1f);
        var sums = new float[threads];
        using var team = new Team(threads);
        return Numbers * sizeof(float) / Median(() => team.Run(Sum)) / 1e9;

        void Sum(int worker)
        {
            var part = Numbers / threads;
            var vectors = MemoryMarshal.Cast<float, Vector<float>>(numbers.AsSpan(worker * part, part));
            var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
            for (var i = 0; i + 4 <= vectors.Length; i += 4)
                (a, b, c, d) = (a + vectors[i], b + vectors[i + 1], c + vectors[i + 2], d + vectors[i + 3]);

            sums[worker] = Vector.Sum(a + b + c + d);
        }
    }

    private static double Median(Action work)
    {
        var seconds = new double[5];
        for (var i = 0; i < seconds.Length; i++)
        {
            var watch = Stopwatch.StartNew();
            work();
            seconds[i] = watch.Elapsed.TotalSeconds;
        }

        return seconds.Median();
    }

    private static string ProcessorName()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(each => each.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}";
    }
}
