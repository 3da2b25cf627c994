using Cohort.Cli.Terminals;
using Cohort.Telemetry;

namespace Cohort.Tests.Cli.Terminals;

public sealed class ProgressTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly StringWriter _error = new();
    private readonly LinesView _view;

    public ProgressTests() => _view = new LinesView(new Terminal(TextWriter.Null, _error), "train", _time);

    public void Dispose() => _error.Dispose();

    private string[] Lines => _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Time_left_follows_the_pace_since_the_start_of_this_process()
    {
        var left = new TimeLeft(_time);
        left.Report(0.5); // a resumed run
        Assert.Equal("", left.ToString());

        _time.Advance(30);
        left.Report(0.6);

        Assert.Equal("2:00 left", left.ToString());
    }

    [Fact]
    public void Details_come_every_few_seconds_and_what_stays_at_once()
    {
        for (var step = 1; step <= 12; step++)
        {
            _time.Advance(1);
            _view.Detail($"step {step}");
        }

        _view.Keep("validation");

        Assert.Equal(["train  step 5", "train  step 10", "train  validation"], Lines);
    }

    [Fact]
    public void A_measured_step_stays()
    {
        var run = new RunView(_view, past: "");
        run.Write(new StepMetrics(7, [
            new(MetricNames.ScoreMean, 0.25), new(MetricNames.ValidationSampled, 0.402), new(MetricNames.ValidationGreedy, 0.5)]));
        run.Write(new StepMetrics(8, [new(MetricNames.ScoreMean, 0.5)]));
        run.Notice("a notice with \u001b[31m");

        Assert.Equal(
            ["train  step    7  validation 40.2 % sampled, 50.0 % greedy  score 0.250", @"train  a notice with \u001b[31m"], Lines);
    }

    [Fact]
    public void Lines_for_a_pipe_have_no_escape_sequence()
    {
        var run = new RunView(_view, past: "");
        run.Completions([new(7, 0, 0, "problem", "prompt", "\u001b[2Jhostile", "stop", 5, 0.5, "", new Dictionary<string, double>(), 0.25)]);
        for (var step = 1; step <= 8; step++)
        {
            _time.Advance(3);
            run.Progress(RunPhase.Evaluation, step, 8);
            run.Progress(RunPhase.Training, step, 8);
            run.Write(new StepMetrics(step, [new(MetricNames.ScoreMean, 0.25)]));
        }

        Assert.Equal(4, Lines.Length);
        Assert.DoesNotContain('\u001b', _error.ToString());
    }

    [Fact]
    public void A_run_that_goes_on_fills_its_curves_from_the_steps_before()
    {
        using var folder = new TemporaryFolder();
        using (var sink = new JsonLinesSink(folder.File("metrics.jsonl"), keepBytes: 0))
        {
            sink.Write(new StepMetrics(1, [new(MetricNames.ScoreMean, 0.25)]));
            sink.Write(new StepMetrics(2, [new(MetricNames.ScoreMean, 0.75)]));
            sink.Write(new StepMetrics(3, [new(MetricNames.ScoreMean, 0.9)]));
        }

        var view = new PanelView();
        var run = new RunView(view, folder.File("metrics.jsonl"));
        Assert.Contains("reward      ▁▇█                               0.900  0.250 to 0.900", view.Text);

        run.Write(new StepMetrics(3, [new(MetricNames.ScoreMean, 0.5)])); // its checkpoint was after step 2
        Assert.Contains("reward      ▁█▅                               0.500  0.250 to 0.750", view.Text);
    }

    [Fact]
    public void A_file_of_steps_that_cannot_be_read_is_said_and_ends_nothing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("metrics.jsonl"), "no step\n{\"step\": 2}\n");
        new RunView(_view, folder.File("metrics.jsonl")).Notice("goes on");

        Assert.Contains("the panel begins without the run's earlier steps", Lines[0]);
        Assert.Equal("train  goes on", Lines[^1]);
    }

    [Theory]
    [InlineData(0.213, ", score 0.213 sampled")]
    [InlineData(-1.5, ", score -1.500 sampled")]
    [InlineData(0.402, "")] // right or wrong: the share says it
    public void A_measurement_says_the_mean_score_where_it_is_not_the_share_that_passes(double score, string expected) => Assert.Equal(
        "validation 40.2 % sampled, 50.0 % greedy" + expected,
        Cohort.Cli.Terminals.Numbers.Validation(new(7, [
            new(MetricNames.ValidationSampled, 0.402), new(MetricNames.ValidationGreedy, 0.5), new(MetricNames.ValidationScore, score)])));

    [Fact]
    public void Rates_are_of_training_and_not_of_evaluation()
    {
        var step = new StepMetrics(3, [
            new(MetricNames.SampledTokens, 6000), new(MetricNames.StepSeconds, 5), new(MetricNames.EvaluationSeconds, 2),
            new(MetricNames.KlReference, 0.0123), new(MetricNames.Entropy, 0.456)]);

        Assert.Equal("KL 0.0123  entropy 0.46    2,000 tokens/s", Cohort.Cli.Terminals.Numbers.Training(step));
    }

    [Fact]
    public void A_step_line_has_the_share_without_a_score_where_there_is_one()
    {
        Assert.Equal("score 0.250  12.5 % unscored", Line(0.125));
        Assert.Equal("score 0.250", Line(0));

        static string Line(double unscored) => Cohort.Cli.Terminals.Numbers.Training(
            new StepMetrics(3, [new(MetricNames.ScoreMean, 0.25), new(MetricNames.Unscored, unscored)]));
    }

    private sealed class PanelView : ProgressView
    {
        private RunPanel? _panel;

        public string Text => string.Join('\n', _panel!.Lines(79, 22).Select(line => string.Concat(line.Select(segment => segment.Text))));

        public override void Attach(RunPanel panel) => _panel = panel;

        public override void Advance(double share)
        {
        }

        public override void Detail(string text)
        {
        }

        public override void Keep(string text, string more = "")
        {
        }
    }
}
