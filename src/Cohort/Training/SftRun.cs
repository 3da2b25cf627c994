using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>
/// A supervised fine-tuning run in a directory, with the same files, checkpoints and resuming as <see cref="PolicyRun"/>.
/// </summary>
public sealed class SftRun : IDisposable
{
    private static readonly SupervisedKind<SftOptions, Demonstration> Kind = new(
        path => RunFile.ReadSft(path, []),
        options => Setup.Demonstrations(options.Data, options.Seed),
        SftTraining.Length,
        SftTraining.Resolve,
        (place, options, start, source, clock, sink) => new SftTraining(place, options, start, source, clock, sink));

    private readonly SupervisedRun _run;

    private SftRun(SupervisedRun run) => _run = run;

    /// <inheritdoc cref="PolicyRun.Start(string, RunOptions, IMetricSink)"/>
    public static SftRun Start(string directory, SftOptions options, IMetricSink sink) => new(SupervisedRun.Start(directory, options, Kind, sink));

    /// <inheritdoc cref="PolicyRun.Resume(string, RunOptions, IMetricSink)"/>
    public static SftRun Resume(string directory, SftOptions options, IMetricSink sink) => new(SupervisedRun.Resume(directory, options, Kind, sink));

    /// <inheritdoc cref="PolicyRun.ReadOptions"/>
    public static SftOptions ReadOptions(string directory, IReadOnlyList<string> sets) =>
        RunFile.ReadSft(RunFiles.RequireRun(new RunDirectory(directory)).Options, sets);

    /// <inheritdoc cref="PolicyRun.Train"/>
    public RunResult Train(CancellationToken cancel = default) => _run.Train(cancel);

    /// <summary>Frees networks, optimizers and files.</summary>
    public void Dispose() => _run.Dispose();
}
