using Cohort.Telemetry;

namespace Cohort.Cli.Terminals;

/// <summary>Shows a run's numbers.</summary>
internal sealed class RunView : IMetricSink
{
    private readonly ProgressView _view;
    private readonly RunPanel _panel = new();

    /// <summary>Shows a run in a view.</summary>
    /// <param name="view">Where.</param>
    /// <param name="past">The metrics.jsonl of the run that goes on, whose steps fill the panel; empty for a new run.</param>
    public RunView(ProgressView view, string past)
    {
        _view = view;
        Fill(past);
        _view.Attach(_panel);
    }

    /// <summary>Shows a run's numbers on a thread of their own, so that drawing never stalls training.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="title">What is being done, in a word or two.</param>
    /// <param name="past">The metrics.jsonl of the run that goes on, whose steps fill the panel; empty for a new run.</param>
    /// <param name="work">The run, on the calling thread; reports to the sink.</param>
    public static T Show<T>(Terminal terminal, string title, string past, Func<IMetricSink, T> work) => ProgressView.Show(terminal, title, view =>
    {
        using var background = new BackgroundSink(new RunView(view, past));
        return work(background);
    });

    /// <inheritdoc/>
    public void Write(StepMetrics metrics)
    {
        _panel.Add(metrics);

        // Kept first: a view that prints now and then has then just printed.
        var (step, validation, training) = ($"step {metrics.Step,4}", Numbers.Validation(metrics), Numbers.Training(metrics));
        if (validation != "")
            _view.Keep($"{step}  {validation}", training);

        _view.Detail($"{step}  {training}");
    }

    /// <inheritdoc/>
    public void Progress(RunPhase phase, long done, long total)
    {
        if (phase == RunPhase.Training)
            _view.Advance((double)done / total);
        else
        {
            var text = $"measuring on held-out problems: {done} of {total} answers";
            _view.Detail(text);
            _panel.Status(text);
        }
    }

    /// <inheritdoc/>
    public void Completions(IReadOnlyList<RolloutLine> lines) => _panel.Add(lines);

    /// <inheritdoc/>
    public void Notice(string message) => _view.Keep(message);

    // A file that cannot be read says nothing of the run's past; whether the run can go on without it is the run's to say.
    private void Fill(string past)
    {
        if (!File.Exists(past))
            return;

        try
        {
            foreach (var step in MetricsFile.Read(past))
                _panel.Add(step);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _view.Keep($"the panel begins without the run's earlier steps: {error.Message}");
        }
    }
}
