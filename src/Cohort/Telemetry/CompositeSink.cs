namespace Cohort.Telemetry;

/// <summary>Hands everything to several sinks, one after the other.</summary>
/// <param name="sinks">They stay the caller's to dispose.</param>
public sealed class CompositeSink(params IReadOnlyList<IMetricSink> sinks) : IMetricSink
{
    /// <inheritdoc/>
    public void Write(StepMetrics metrics)
    {
        foreach (var sink in sinks)
            sink.Write(metrics);
    }

    /// <inheritdoc/>
    public void Progress(RunPhase phase, long done, long total)
    {
        foreach (var sink in sinks)
            sink.Progress(phase, done, total);
    }

    /// <inheritdoc/>
    public void Completions(IReadOnlyList<RolloutLine> lines)
    {
        foreach (var sink in sinks)
            sink.Completions(lines);
    }

    /// <inheritdoc/>
    public void Notice(string message)
    {
        foreach (var sink in sinks)
            sink.Notice(message);
    }
}
