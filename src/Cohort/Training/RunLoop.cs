using System.Diagnostics;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Telemetry;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>Steps, measurements, logs and checkpoints of a run, the same for every kind of training.</summary>
internal sealed class RunLoop : IDisposable
{
    private const int MostNonFiniteInARow = 3;

    private readonly RunDirectory _directory;
    private readonly CommonOptions _options;
    private readonly ITraining _training;
    private readonly PhaseClock _clock;
    private readonly CheckpointStore _store;
    private readonly JsonLinesSink _metrics;
    private readonly MeterSink _meter;
    private readonly IMetricSink _sink;
    private TrainerState _state;
    private long _saved = -1;

    public RunLoop(RunDirectory directory, CommonOptions options, ITraining training, TrainerState state, PhaseClock clock, IMetricSink sink)
    {
        (_directory, _options, _training, _state, _clock, _sink) = (directory, options, training, state, clock, sink);
        _store = new CheckpointStore(directory.Checkpoints, options.Checkpoints.Keep);
        if (state.Step > 0)
        {
            training.Load(_store.PathOf(state.Step));
            _saved = state.Step;
        }

        _metrics = new JsonLinesSink(directory.Metrics, state.MetricsBytes);
        _meter = new MeterSink(Path.GetFileName(directory.Root), KindOf(options));
    }

    /// <summary>The newest checkpoint's state, or the given one where there is none.</summary>
    public static TrainerState LastState(RunDirectory directory, TrainerState otherwise) =>
        directory.NewestCheckpoint() is { Length: > 0 } newest ? TrainerState.Load(newest) : otherwise;

    /// <summary>Runs until the budget is used up, a limit is reached, or the token is set.</summary>
    public RunResult Run(CancellationToken cancel)
    {
        var end = MeasureStart(cancel) ?? Limit();
        while (end is null)
        {
            var measures = new Measures();
            _clock.Reset();
            try
            {
                cancel.ThrowIfCancellationRequested();
                _state = _training.Step(_state, measures, cancel);
                NativeMemory.EndLeftovers();
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                end = RunEnd.Cancelled;
                break;
            }
            catch (Exception error) when (error is TrainingException or DataException)
            {
                // A step asks for its rows before anything has changed, so that a data file that changed under a run costs no finished step.
                Save();
                if (error is DataException)
                    throw new TrainingException(error.Message, error);
                throw;
            }

            end = Finish(measures);
        }

        Save();
        if (end != RunEnd.Cancelled)
        {
            RequireRoom("The model at the end of the run", () => _training.SaveModel(_directory.Model));
        }

        return new(
            _directory.Root, end.Value, _state.Step, _state.SampledTokens, _state.BestStep, _state.BestValue, _training.BestBy,
            end == RunEnd.Cancelled ? NewestModel() : _directory.Model, _training.ValidationRows);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _meter.Dispose();
    }

    private static string KindOf(CommonOptions options) => options switch
    {
        RunOptions => "train",
        SftOptions => "sft",
        RewardModelOptions => "reward-model",
        _ => throw new UnreachableException(),
    };

    private string NewestModel() => _state.Step > 0 ? Path.Combine(_store.PathOf(_state.Step), _training.ModelName)
        : Directory.Exists(_directory.StartingAdapter) ? _directory.StartingAdapter
        : _directory.Base;

    // Of a new run all that is measured; of one that goes on, and has no step left, the last point of its curve where it could not be measured.
    // Nothing was begun: a measurement that is stopped leaves no numbers, and is made again on resume.
    private RunEnd? MeasureStart(CancellationToken cancel)
    {
        var isNew = _metrics.Length == 0;
        var measures = new Measures();
        _clock.Reset();
        try
        {
            if (isNew && _options.Evaluation.Every > 0)
                Validate(measures, cancel);

            _state = _training.MeasureCurve(_state, ends: Limit() is not null, measures, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return RunEnd.Cancelled;
        }

        if (isNew && !measures.IsEmpty)
            Write(measures);
        else
            RequireRoom($"The measurement after step {_state.Step}", _training.WriteLog);

        return null;
    }

    // After a step: measure, log, save. A stop from outside waits for it, so that a step is either whole or was never begun.
    private RunEnd? Finish(Measures measures)
    {
        var best = _state.BestStep;
        var limit = Limit();
        var (seconds, processorSeconds) = _clock.OfTraining();
        _state = _state with { Seconds = _state.Seconds + seconds, ProcessorSeconds = _state.ProcessorSeconds + processorSeconds };
        try
        {
            if (_options.Evaluation.Every > 0 && (_state.Step % _options.Evaluation.Every == 0 || limit is not null))
            {
                Validate(measures, CancellationToken.None);
                limit ??= Limit();
            }

            _state = _training.MeasureCurve(_state, ends: limit is not null, measures, CancellationToken.None);
        }
        catch (TrainingException)
        {
            Write(measures);
            Save();
            throw;
        }

        Write(measures);
        _sink.Progress(RunPhase.Training, (long)(_training.Progress(_state) * 1000), 1000);
        if (_state.NonFiniteInARow >= MostNonFiniteInARow)
        {
            Save();
            throw new TrainingException(
                $"{_state.NonFiniteInARow} steps in a row had a loss or gradient that is not finite; the last batch is in "
                + $"{_directory.BadBatch(_state.Step)}. Look at it and mend the data or the reward, then go on with --resume; or begin a new run from "
                + $"{NewestModel()} with a lower optimizer.learningRate.");
        }

        if (_state.Step % _options.Checkpoints.Every == 0 || _state.BestStep != best)
        {
            Save();
        }

        return limit;
    }

    private void Validate(Measures measures, CancellationToken cancel)
    {
        _clock.Start(Phase.Evaluation);
        _training.Validate(_state.Step, measures, cancel);
        var value = measures.Of(_training.BestBy);
        if (double.IsNaN(value))
        {
            // Nothing had a score: this says neither that the policy is better nor that it is not.
            return;
        }

        var isBest = !(value <= _state.BestValue);
        _state = _state with
        {
            BestStep = isBest ? _state.Step : _state.BestStep,
            BestValue = isBest ? value : _state.BestValue,
            MeasurementsSinceBest = isBest ? 0 : _state.MeasurementsSinceBest + 1,
            LastValue = value,
        };
    }

    private RunEnd? Limit() => _training.IsFinished(_state) ? RunEnd.BudgetUsed
        : _options.Evaluation.StopAt > 0 && _state.LastValue >= _options.Evaluation.StopAt ? RunEnd.TargetReached
        : _options.Evaluation.Patience > 0 && _state.MeasurementsSinceBest >= _options.Evaluation.Patience ? RunEnd.NoImprovement
        : null;

    private void Write(Measures measures)
    {
        _clock.Describe(measures);
        if (_state.SkippedUpdates > 0)
        {
            measures.Set(MetricNames.SkippedSteps, _state.SkippedUpdates);
        }

        var metrics = measures.Finish(_state.Step);
        RequireRoom($"Step {_state.Step}", () =>
        {
            _metrics.Write(metrics);
            _training.WriteLog();
        });
        _meter.Write(metrics);
        _sink.Write(metrics);
    }

    private void Save()
    {
        if (_saved == _state.Step || _state.Step == 0)
        {
            return;
        }

        RequireRoom($"The checkpoint of step {_state.Step}", () =>
        {
            _metrics.Flush();
            _state = _training.FlushLogs(_state with { MetricsBytes = _metrics.Length });
            _store.Save(_state.Step, _state.BestStep, folder =>
            {
                _training.Save(folder);
                RunFiles.WriteOptions(folder, _options);
                _state.Save(folder);
            });
        });
        _saved = _state.Step;
    }

    // What cannot be written ends the run. The checkpoints that are there are whole, and resuming repeats what came after them.
    private void RequireRoom(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var rest = _saved > 0 ? $"The checkpoint of step {_saved} is whole" : "There is no checkpoint yet, and the run would begin anew";
            throw new TrainingException($"{what} could not be written: {error.Message} {rest}; make room, then go on with --resume.", error);
        }
    }
}
