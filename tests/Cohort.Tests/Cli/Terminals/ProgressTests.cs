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
        var run = new RunView(_view);
        run.Write(new StepMetrics(7, [
            new(MetricNames.ScoreMean, 0.25), new(MetricNames.ValidationSampled, 0.402), new(MetricNames.ValidationGreedy, 0.5)]));
        run.Write(new StepMetrics(8, [new(MetricNames.ScoreMean, 0.5)]));
        run.Notice("a notice with \u001b[31m");

        Assert.Equal(
            ["train  step    7  validation 40.2 % sampled, 50.0 % greedy  score 0.250", @"train  a notice with \u001b[31m"], Lines);
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
}
