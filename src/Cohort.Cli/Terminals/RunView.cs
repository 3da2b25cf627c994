using Cohort.Telemetry;

namespace Cohort.Cli.Terminals;

/// <summary>Shows a run's numbers.</summary>
/// <param name="view">Where.</param>
internal sealed class RunView(ProgressView view) : IMetricSink
{
    /// <summary>Shows a run's numbers on a thread of their own, so that drawing never stalls training.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="title">What is being done, in a word or two.</param>
    /// <param name="work">The run, on the calling thread; reports to the sink.</param>
    public static T Show<T>(Terminal terminal, string title, Func<IMetricSink, T> work) => ProgressView.Show(terminal, title, view =>
    {
        using var background = new BackgroundSink(new RunView(view));
        return work(background);
    });

    /// <inheritdoc/>
    public void Write(StepMetrics metrics)
    {
        // Kept first: a view that prints now and then has then just printed.
        var (step, validation, training) = ($"step {metrics.Step,4}", Numbers.Validation(metrics), Numbers.Training(metrics));
        if (validation != "")
            view.Keep($"{step}  {validation}", training);

        view.Detail($"{step}  {training}");
    }

    /// <inheritdoc/>
    public void Progress(RunPhase phase, long done, long total)
    {
        if (phase == RunPhase.Training)
            view.Advance((double)done / total);
        else
            view.Detail($"measuring on held-out problems: {done} of {total} answers");
    }

    /// <inheritdoc/>
    public void Notice(string message) => view.Keep(message);
}
