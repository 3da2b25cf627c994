using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>
/// A run in a directory that trains a reward model on preferences, with the same files, checkpoints and resuming as <see cref="PolicyRun"/>. Its model is a
/// folder of <see cref="Rewards.RewardModelFolder"/>.
/// </summary>
public sealed class RewardModelRun : IDisposable
{
    private static readonly SupervisedKind<RewardModelOptions, Preference> Kind = new(
        path => RunFile.ReadRewardModel(path, []),
        options => Setup.Preferences(options.Data, options.Seed),
        (preference, prompts) => EncodedPair.Of(preference, prompts).Longest,
        RewardModelTraining.Resolve,
        RewardModelTraining.Open);

    private readonly SupervisedRun _run;

    private RewardModelRun(SupervisedRun run) => _run = run;

    /// <inheritdoc cref="PolicyRun.Start(string, RunOptions, IMetricSink)"/>
    public static RewardModelRun Start(string directory, RewardModelOptions options, IMetricSink sink) =>
        new(SupervisedRun.Start(directory, options, Kind, sink));

    /// <inheritdoc cref="PolicyRun.Resume(string, RunOptions, IMetricSink)"/>
    public static RewardModelRun Resume(string directory, RewardModelOptions options, IMetricSink sink) =>
        new(SupervisedRun.Resume(directory, options, Kind, sink));

    /// <inheritdoc cref="PolicyRun.ReadOptions"/>
    public static RewardModelOptions ReadOptions(string directory, IReadOnlyList<string> sets) =>
        RunFile.ReadRewardModel(RunFiles.RequireRun(new RunDirectory(directory)).Options, sets);

    /// <inheritdoc cref="PolicyRun.Train"/>
    public RunResult Train(CancellationToken cancel = default) => _run.Train(cancel);

    /// <summary>Frees networks, optimizers and files.</summary>
    public void Dispose() => _run.Dispose();
}
