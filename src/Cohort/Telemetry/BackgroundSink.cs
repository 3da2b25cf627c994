using System.Collections.Concurrent;

namespace Cohort.Telemetry;

/// <summary>
/// Hands everything to another sink on a thread of its own, in order, so that a slow live view never stalls training. Steps and notices
/// always wait in line; progress and completions are dropped while the line is long, since newer ones replace them. A sink that throws is left alone from
/// then on: looking at a run must not end it.
/// </summary>
public sealed class BackgroundSink : IMetricSink, IDisposable
{
    private const int LongLine = 256;

    private readonly BlockingCollection<Action<IMetricSink>> _line = [];
    private readonly IMetricSink _sink;
    private readonly Thread _thread;
    private volatile Exception? _failure;

    /// <summary>Starts the thread.</summary>
    /// <param name="sink">Called on that thread only; stays the caller's to dispose, after this one.</param>
    public BackgroundSink(IMetricSink sink)
    {
        _sink = sink;
        _thread = new Thread(Deliver) { IsBackground = true, Name = "metrics" };
        _thread.Start();
    }

    /// <summary>What the sink threw, if it did.</summary>
    public Exception? Failure => _failure;

    /// <inheritdoc/>
    public void Write(StepMetrics metrics) => _line.Add(sink => sink.Write(metrics));

    /// <inheritdoc/>
    public void Progress(RunPhase phase, long done, long total)
    {
        if (_line.Count < LongLine)
            _line.Add(sink => sink.Progress(phase, done, total));
    }

    /// <inheritdoc/>
    public void Completions(IReadOnlyList<RolloutLine> lines)
    {
        if (_line.Count < LongLine)
            _line.Add(sink => sink.Completions(lines));
    }

    /// <inheritdoc/>
    public void Notice(string message) => _line.Add(sink => sink.Notice(message));

    /// <summary>Delivers what waits, then ends the thread.</summary>
    public void Dispose()
    {
        if (_thread.IsAlive)
        {
            _line.CompleteAdding();
            _thread.Join();
            _line.Dispose();
        }
    }

    private void Deliver()
    {
        foreach (var call in _line.GetConsumingEnumerable())
        {
            try
            {
                if (_failure is null)
                    call(_sink);
            }
            catch (Exception error)
            {
                _failure = error;
            }
        }
    }
}
