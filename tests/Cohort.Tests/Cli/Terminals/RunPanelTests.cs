using Cohort.Cli.Terminals;
using Cohort.Telemetry;
using Spectre.Console.Rendering;

namespace Cohort.Tests.Cli.Terminals;

public sealed class RunPanelTests
{
    private readonly RunPanel _panel = new();

    [Fact]
    public void At_80_columns_curves_numbers_and_completions_have_a_line_each()
    {
        Fill();

        Assert.Equal(
            [
                "step 3",
                "reward      ▁▄█                               0.613  0.213 to 0.613",
                "validation  ▁█                                48.2 %  40.2 % to 48.2 %",
                "held out    ▄                                 46.0 %",
                "KL old 0.00031      KL ref 0.0120       β 0.0400            clip low 1.2 %",
                "clip high 3.4 %     entropy 0.412       critic R² 0.52      length 12.3",
                "longest 31          cut off 2.5 %       tokens/s 2,000      memory 1,812 MiB",
                "best        1.250   the answer is 7",
                "worst       -0.500  who knows",
            ],
            Text(79, 22));
    }

    [Theory]
    [InlineData(60, 12)]
    [InlineData(80, 24)]
    [InlineData(120, 30)]
    [InlineData(250, 60)]
    public void It_fits_its_terminal_and_nothing_is_lost(int columns, int rows)
    {
        Fill();
        var lines = Text(columns - 1, rows - 2);

        Assert.True(lines.Length <= rows - 2);
        Assert.All(lines, line => Assert.True(line.Length < columns, line));
        foreach (var part in (string[])["step 3", "reward", "validation", "held out", "β 0.0400", "memory 1,812 MiB", "the answer is 7", "who knows"])
            Assert.Contains(part, string.Join('\n', lines));
    }

    [Fact]
    public void More_width_gives_longer_curves()
    {
        for (var step = 1; step <= 500; step++)
            _panel.Add(new StepMetrics(step, [new(MetricNames.ScoreMean, step)]));

        Assert.Equal(32, Blocks(Text(59, 10)[1]));
        Assert.Equal(32, Blocks(Text(79, 10)[1]));
        Assert.Equal(64, Blocks(Text(119, 10)[1]));

        static int Blocks(string line) => line.Count("▁▂▃▄▅▆▇█".Contains);
    }

    [Fact]
    public void Fine_tuning_and_reward_models_show_their_own_numbers()
    {
        _panel.Add(new StepMetrics(4, [
            new(MetricNames.SftLoss, 1.25), new(MetricNames.SftAccuracy, 0.801), new(MetricNames.ValidationLoss, 1.5), new(MetricNames.SftTokens, 900),
            new(MetricNames.StepSeconds, 4), new(MetricNames.EvaluationSeconds, 1)]));
        Assert.Equal(
            [
                "step 4", "loss        ▄                                 1.250", "val. loss   ▄                                 1.500",
                "tokens right 80.1 % tokens/s 300",
            ],
            Text(79, 22));

        var model = new RunPanel();
        model.Add(new StepMetrics(4, [
            new(MetricNames.RewardModelLoss, 0.66), new(MetricNames.RewardModelAccuracy, 0.715), new(MetricNames.RewardModelMargin, 0.2),
            new(MetricNames.ValidationPairAccuracy, 0.69)]));
        Assert.Equal(
            [
                "step 4", "loss        ▄                                 0.660", "accuracy    ▄                                 71.5 %",
                "validation  ▄                                 69.0 %", "margin 0.200",
            ],
            Text(model, 79, 22));
    }

    [Fact]
    public void A_step_that_comes_again_replaces_what_followed_it()
    {
        foreach (var (step, score) in (ReadOnlySpan<(int, double)>)[(1, 0.2), (2, 0.3), (3, 0.9), (2, 0.4)])
            _panel.Add(new StepMetrics(step, [new(MetricNames.ScoreMean, score)]));

        Assert.Equal(["step 2", "reward      ▁█                                0.400  0.200 to 0.400"], Text(79, 22));
    }

    [Fact]
    public void The_mean_score_of_validation_is_drawn_where_it_is_not_the_share_that_passes()
    {
        _panel.Add(new StepMetrics(5, [new(MetricNames.ValidationSampled, 0.4), new(MetricNames.ValidationScore, 0.4)]));
        Assert.DoesNotContain(Text(79, 22), line => line.StartsWith("val. score", StringComparison.Ordinal));

        _panel.Add(new StepMetrics(10, [new(MetricNames.ValidationSampled, 0.4), new(MetricNames.ValidationScore, 0.7)]));
        Assert.Contains("val. score  ▁█                                0.700  0.400 to 0.700", Text(79, 22));
    }

    [Fact]
    public void The_last_prompts_group_is_shown_and_all_where_prompts_have_one_completion()
    {
        _panel.Add([Line(0, 5, "other group"), Line(1, 2, "good"), Line(1, double.NaN, "unscored"), Line(1, -3, "bad")]);
        Assert.Equal(["starting", "best        2.000   good", "worst       -3.000  bad"], Text(79, 22));

        _panel.Add([Line(0, 5, "first"), Line(1, 2, "second")]);
        Assert.Equal(["starting", "best        5.000   first", "worst       2.000   second"], Text(79, 22));

        _panel.Add([Line(0, double.NaN, "nothing")]);
        Assert.Equal(["starting", "unscored            nothing"], Text(79, 22));
    }

    [Theory]
    [InlineData("\u001b[2J\u001b]0;title\u0007\rx")]
    [InlineData("line\nline\u2028line\vline")]
    [InlineData("\u202eright to left\u2066\u200f")]
    [InlineData("[red]markup[/]")]
    public void Hostile_text_stays_one_harmless_line(string text) => RequireHarmless(text);

    [Fact]
    public void Text_of_wide_or_piled_up_characters_and_half_pairs_stays_within_its_line()
    {
        RequireHarmless(new string('數', 5000));
        RequireHarmless(string.Concat(Enumerable.Repeat("😀", 5000)));
        RequireHarmless("z" + new string('\u0301', 100_000));
        RequireHarmless(new string('\ud83d', 5000));
    }

    private void RequireHarmless(string text)
    {
        _panel.Add([Line(0, 1, text), Line(0, 0, "other")]);
        foreach (var width in (int[])[59, 60, 79, 119])
        {
            var lines = _panel.Lines(width, 22);
            Assert.Equal(3, lines.Count);
            Assert.All(lines, line => Assert.InRange(line.CellCount(), 1, width));
            Assert.All(Text(width, 22), line => Assert.InRange(line.Length, 1, 2 * width));
            Assert.DoesNotContain(Text(width, 22), line => line.Any(character => char.IsControl(character) || "\u202e\u2066\u200f\u2028".Contains(character)));
        }
    }

    private void Fill()
    {
        _panel.Add(new StepMetrics(0, [new(MetricNames.ValidationSampled, 0.402)]));
        _panel.Add(new StepMetrics(1, [new(MetricNames.ScoreMean, 0.213)]));
        _panel.Add(new StepMetrics(2, [new(MetricNames.ScoreMean, 0.4)]));
        _panel.Add([Line(0, 0.25, "perhaps 6"), Line(0, 1.25, "the answer is 7"), Line(0, -0.5, "who knows")]);
        _panel.Add(new StepMetrics(3, [
            new(MetricNames.ScoreMean, 0.613), new(MetricNames.ValidationSampled, 0.482), new(MetricNames.HeldOutPass, 0.46),
            new(MetricNames.KlOldK3, 0.00031), new(MetricNames.KlReference, 0.012), new(MetricNames.KlCoefficient, 0.04),
            new(MetricNames.ClipLow, 0.012), new(MetricNames.ClipHigh, 0.034), new(MetricNames.Entropy, 0.412), new(MetricNames.ExplainedVariance, 0.52),
            new(MetricNames.LengthMean, 12.3), new(MetricNames.LengthLongest, 31), new(MetricNames.CutOff, 0.025), new(MetricNames.Unscored, 0),
            new(MetricNames.SampledTokens, 6000), new(MetricNames.StepSeconds, 5), new(MetricNames.EvaluationSeconds, 2),
            new(MetricNames.ResidentMemory, 1812)]));
    }

    private static RolloutLine Line(int prompt, double score, string completion) => new(
        3, prompt, 0, "problem", "prompt", completion, "stop", 5, score, "", new Dictionary<string, double>(), 0.5);

    private string[] Text(int width, int height) => Text(_panel, width, height);

    private static string[] Text(RunPanel panel, int width, int height) =>
        [.. panel.Lines(width, height).Select(line => string.Concat(line.Select(segment => segment.Text)))];
}
