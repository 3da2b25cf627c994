using System.Diagnostics;
using System.Text.Json;
using Cohort.Engine;
using Cohort.Kernels;
using MathNet.Numerics.Statistics;

namespace Cohort.Benchmarks.Runs;

/// <summary>One model, measured as bench/peer.py measures the peer.</summary>
internal static class ShapeMode
{
    /// <summary>Repeats a step.</summary>
    /// <param name="shape">Of what.</param>
    /// <param name="part">Which part of it.</param>
    /// <param name="reps">Repetitions, after those that are not counted.</param>
    /// <returns>A line of JSON with the peer's fields, and some more.</returns>
    public static string Run(RunShape shape, StepPart part, int reps)
    {
        using var run = new GrpoRun(shape, part);
        var whole = part == StepPart.Step;
        var gigaflops = whole ? Machine.MatrixGigaflops() : (double?)null; // a profile has no such product in it
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var steps = Repeat(run, part, reps);
        var busy = (Environment.CpuUsage.TotalTime - before) / watch.Elapsed / run.Threads;
        using var process = Process.GetCurrentProcess();
        return JsonSerializer.Serialize(new
        {
            peer = "cohort",
            shape = $"{shape.Model}".ToLowerInvariant(),
            parameters = run.Parameters,
            rows = shape.Rows,
            prompt = shape.Prompt,
            completion = shape.Completion,
            lengths = $"{shape.Lengths}",
            sampler = $"{shape.Sampler}".ToLowerInvariant(),
            weights = $"{shape.Weights}".ToLowerInvariant(),
            threads = run.Threads,
            vector_bits = (int)Vectors.Widest,
            micro_batch = run.MicroBatchRows,
            sample_tokens_per_second = part == StepPart.Update ? null : Median(steps, step => SampledTokens(shape, step) / step.Rollout, 1),
            update_tokens_per_second = part == StepPart.Rollout ? null : Median(steps, step => step.Tokens / step.Update, 1),
            step_seconds = Median(steps, step => step.Whole, 4),
            rollout_seconds = Median(steps, step => step.Rollout, 4),
            reward_seconds = Median(steps, step => step.Reward, 4),
            update_seconds = Median(steps, step => step.Update, 4),
            busy_share = Math.Round(busy, 3),
            matmul_gflops = gigaflops,
            peak_memory_mb = Math.Round(process.PeakWorkingSet64 / 1048576.0, 1),
        });
    }

    /// <summary>Steps after at least one, and two seconds, that are not counted: until then the runtime compiles what is called often.</summary>
    public static StepSeconds[] Repeat(GrpoRun run, StepPart part, int reps)
    {
        Func<StepSeconds> step = part == StepPart.Rollout ? run.Rollout : run.Step;
        var watch = Stopwatch.StartNew();
        do
        {
            _ = step();
        }
        while (watch.Elapsed.TotalSeconds < 2);

        return [.. Enumerable.Range(0, Math.Max(1, reps)).Select(_ => step())];
    }

    /// <summary>The median of a number over steps.</summary>
    public static double? Median(StepSeconds[] steps, Func<StepSeconds, double> number, int digits) =>
        Math.Round(steps.Select(number).Median(), digits);

    // Rows that were cut were sampled whole.
    private static long SampledTokens(RunShape shape, StepSeconds step) =>
        shape.Lengths == LengthRange.Equal ? step.SampledTokens : shape.Rows * (long)shape.Completion;
}
