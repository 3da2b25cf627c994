using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>
/// A supervised fine-tuning run in a directory, with the same files, checkpoints and resuming as <see cref="PolicyRun"/>.
/// </summary>
public sealed class SftRun : IDisposable
{
    private readonly RunLoop _loop;
    private readonly SftTraining _training;

    private SftRun(RunLoop loop, SftTraining training) => (_loop, _training) = (loop, training);

    /// <inheritdoc cref="PolicyRun.Start(string, RunOptions, IMetricSink)"/>
    public static SftRun Start(string directory, SftOptions options, IMetricSink sink)
    {
        OptionsException.ThrowIfAny(options.Problems(), directory);
        options = Setup.Dated(options);
        var place = new RunDirectory(directory);
        RunFiles.RequireNew(place);
        var threads = Setup.Threads(options.Threads);
        var source = Setup.Demonstrations(options.Data, options.Seed);
        var start = StartingModel.Create(options);
        try
        {
            source = SftTraining.Fitting(options, source, start.Prompts, start.Policy.Config);
            var resolved = SftTraining.Resolve(Setup.Placed(options with { Threads = threads }), source, start.Prompts, start.Policy.Config);
            RunFiles.Begin(place, resolved, () => start.Save(place));
            start.Notify(options.Model, sink);
            return Open(place, resolved, start, source, sink, resume: false);
        }
        catch
        {
            start.Policy.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="PolicyRun.Resume(string, RunOptions, IMetricSink)"/>
    public static SftRun Resume(string directory, SftOptions options, IMetricSink sink)
    {
        OptionsException.ThrowIfAny(options.Problems(), directory);
        var place = RunFiles.RequireRun(new RunDirectory(directory));
        var past = RunFile.ReadSft(RunFiles.PastOptions(place), []);
        options = OptionsDifference.KeepChoices(past, options);
        var source = Setup.Demonstrations(options.Data, options.Seed);
        RunFiles.Continue(place, options, past, sink);
        Setup.Threads(options.Threads);
        var start = StartingModel.Reopen(place, options);
        try
        {
            source = SftTraining.Fitting(options, source, start.Prompts, start.Policy.Config);
            return Open(place, options, start, source, sink, resume: true);
        }
        catch (InvalidDataException error)
        {
            start.Policy.Dispose();
            throw new TrainingException(error.Message, error);
        }
        catch
        {
            start.Policy.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="PolicyRun.ReadOptions"/>
    public static SftOptions ReadOptions(string directory, IReadOnlyList<string> sets) =>
        RunFile.ReadSft(RunFiles.RequireRun(new RunDirectory(directory)).Options, sets);

    /// <inheritdoc cref="PolicyRun.Train"/>
    public RunResult Train(CancellationToken cancel = default) => _loop.Run(cancel);

    /// <summary>Frees networks, optimizers and files.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        _training.Dispose();
    }

    private static SftRun Open(
        RunDirectory place,
        SftOptions options,
        StartingModel start,
        DataSource<Demonstration> source,
        IMetricSink sink,
        bool resume)
    {
        var first = new TrainerState();
        var state = resume ? RunLoop.LastState(place, first) : first;
        var clock = new PhaseClock();
        var training = new SftTraining(place, options, start, source, clock, sink);
        try
        {
            return new SftRun(new RunLoop(place, options, training, state, clock, sink), training);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }
}
