namespace Cohort.Telemetry;

/// <summary>
/// Takes numbers from a run. Calls come from the training thread, one at a time; what takes long belongs on a thread of the sink's own, as
/// <see cref="BackgroundSink"/> gives it.
/// </summary>
public interface IMetricSink
{
    /// <summary>Takes one finished step.</summary>
    /// <param name="metrics">Immutable; may be kept.</param>
    void Write(StepMetrics metrics);

    /// <summary>Takes progress inside a step.</summary>
    /// <param name="phase">What the run is doing.</param>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all.</param>
    void Progress(RunPhase phase, long done, long total)
    {
    }

    /// <summary>Takes the completions that a step logged, before the step's numbers; of policy optimization only.</summary>
    /// <param name="lines">
    /// The lines of rollouts.jsonl, at least one, groups one after the other; may be kept. What the model wrote is in them as it is.
    /// </param>
    void Completions(IReadOnlyList<RolloutLine> lines)
    {
    }

    /// <summary>Takes one line of plain words, such as a notice about data that are too few to split.</summary>
    /// <param name="message">One sentence or two.</param>
    void Notice(string message)
    {
    }
}

/// <summary>What a run is doing.</summary>
public enum RunPhase
{
    /// <summary>Whole steps of the run.</summary>
    Training,

    /// <summary>Measuring on held-out problems.</summary>
    Evaluation,
}
