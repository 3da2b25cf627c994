using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Cohort.Kernels;

namespace Cohort.Benchmarks.Parts;

/// <summary>Parts by themselves, in this process: it has loaded the native libraries that the build chose.</summary>
internal static class PartsMode
{
    /// <summary>Runs what the arguments name; without any, asks.</summary>
    /// <param name="args">BenchmarkDotNet's own, such as --filter '*Matrix*'.</param>
    public static void Run(string[] args)
    {
        var config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithMinIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(200)))
            .AddColumn(StatisticColumn.Median)
            .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"))
            .WithOptions(ConfigOptions.DisableOptimizationsValidator); // TorchSharp.dll is patched, and then says that it is not optimized
        BenchmarkSwitcher.FromAssembly(typeof(PartsMode).Assembly).Run(args, config);
    }

    /// <summary>The vectors that this machine has.</summary>
    public static IEnumerable<VectorBits> Widths => Enum.GetValues<VectorBits>().Where(bits => bits <= Vectors.Widest);
}
