using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Models;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>What tells one kind of run on examples from another.</summary>
/// <typeparam name="TOptions">Its options.</typeparam>
/// <typeparam name="TRow">An example.</typeparam>
/// <param name="Read">Reads options.json.</param>
/// <param name="Source">Where examples come from.</param>
/// <param name="Length">The tokens of an example's longest row.</param>
/// <param name="Resolve">Fills in what the options leave open, once per run.</param>
/// <param name="Open">Makes what the run repeats; it owns the starting model from then on.</param>
internal sealed record SupervisedKind<TOptions, TRow>(
    Func<string, TOptions> Read,
    Func<TOptions, DataSource<TRow>> Source,
    Func<TRow, PromptEncoder, int> Length,
    Func<TOptions, DataSource<TRow>, PromptEncoder, ModelConfig, TOptions> Resolve,
    Func<RunDirectory, TOptions, StartingModel, DataSource<TRow>, PhaseClock, IMetricSink, ITraining> Open)
    where TOptions : SupervisedOptions;

/// <summary>A run on examples, begun or gone on with: what <see cref="SftRun"/> and <see cref="RewardModelRun"/> have in common.</summary>
internal sealed class SupervisedRun : IDisposable
{
    private readonly RunLoop _loop;
    private readonly ITraining _training;

    private SupervisedRun(RunLoop loop, ITraining training) => (_loop, _training) = (loop, training);

    /// <summary>Begins a run in a new directory.</summary>
    public static SupervisedRun Start<TOptions, TRow>(string directory, TOptions options, SupervisedKind<TOptions, TRow> kind, IMetricSink sink)
        where TOptions : SupervisedOptions
    {
        OptionsException.ThrowIfAny(options.Problems(), directory);
        options = Setup.Dated(options);
        var place = new RunDirectory(directory);
        RunFiles.RequireNew(place);
        var threads = Setup.Threads(options.Threads);
        var source = kind.Source(options);
        var start = StartingModel.Create(options);
        try
        {
            source = Fitting(options, source, kind, start);
            var resolved = kind.Resolve(Setup.Placed(Threaded(options, threads)), source, start.Prompts, start.Config);
            RunFiles.Begin(place, resolved, () => start.Save(place));
            start.Notify(options.Model, sink);
            return Open(place, resolved, start, source, kind, sink, resume: false);
        }
        catch
        {
            start.Network.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with a run from its newest checkpoint.</summary>
    public static SupervisedRun Resume<TOptions, TRow>(string directory, TOptions options, SupervisedKind<TOptions, TRow> kind, IMetricSink sink)
        where TOptions : SupervisedOptions
    {
        OptionsException.ThrowIfAny(options.Problems(), directory);
        var place = RunFiles.RequireRun(new RunDirectory(directory));
        var past = kind.Read(RunFiles.PastOptions(place));
        options = OptionsDifference.KeepChoices(past, options);
        var source = kind.Source(options);
        RunFiles.Continue(place, options, past, sink);
        Setup.Threads(options.Threads);
        var start = StartingModel.Reopen(place, options);
        try
        {
            return Open(place, options, start, Fitting(options, source, kind, start), kind, sink, resume: true);
        }
        catch (InvalidDataException error)
        {
            start.Network.Dispose();
            throw new TrainingException(error.Message, error);
        }
        catch
        {
            start.Network.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="PolicyRun.Train"/>
    public RunResult Train(CancellationToken cancel) => _loop.Run(cancel);

    /// <summary>Frees networks, optimizers and files.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        _training.Dispose();
    }

    private static T Threaded<T>(T options, int threads)
        where T : SupervisedOptions => (T)((SupervisedOptions)options with { Threads = threads });

    // The source without the examples that are too long, where the options ask for that.
    private static DataSource<TRow> Fitting<TOptions, TRow>(
        TOptions options, DataSource<TRow> source, SupervisedKind<TOptions, TRow> kind, StartingModel start)
        where TOptions : SupervisedOptions =>
        Setup.Fitting(source, options.Data, row => kind.Length(row, start.Prompts), start.Config);

    private static SupervisedRun Open<TOptions, TRow>(
        RunDirectory place,
        TOptions options,
        StartingModel start,
        DataSource<TRow> source,
        SupervisedKind<TOptions, TRow> kind,
        IMetricSink sink,
        bool resume)
        where TOptions : SupervisedOptions
    {
        var first = new TrainerState();
        var state = resume ? RunLoop.LastState(place, first) : first;
        var clock = new PhaseClock();
        var training = kind.Open(place, options, start, source, clock, sink);
        try
        {
            return new SupervisedRun(new RunLoop(place, options, training, state, clock, sink), training);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }
}
