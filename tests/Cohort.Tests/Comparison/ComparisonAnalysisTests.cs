using Cohort.Comparison;
using Cohort.Evaluation;
using Cohort.Telemetry;
using Cohort.Training;
using static Cohort.Tests.Comparison.SyntheticRuns;

namespace Cohort.Tests.Comparison;

public class ComparisonAnalysisTests
{
    private const double Digits = Tolerances.HandComputed;

    [Fact]
    public void Difference_at_the_end_is_over_the_same_seeds_and_problems()
    {
        var pair = Assert.Single(Only(Four).Pairs);
        Assert.Equal(("ppo", "grpo"), (pair.Contender, pair.Baseline));

        // ppo - grpo: seed 1 gives .5 0 .5 0, seed 2 gives .5 .5 -.5 0. MS of seeds .03125, of problems .114583, of the residual .197917, which is larger
        // than both, so that the variance of the mean is .197917 / 8 with 1 degree of freedom.
        Near(0.1875, pair.PassAt1.Interval.Estimate);
        Near(0.1572881, pair.PassAt1.StandardError);
        Near(1, pair.PassAt1.Degrees);
        Near(0.1875 - (12.706204736 * 0.1572881), pair.PassAt1.Interval.Low, 1e-5);
        Near(1 - (2 / Math.PI * Math.Atan(0.1875 / 0.1572881)), pair.PassAt1.PValue);
        Assert.Equal((2, 4, Conclusion.Open), (pair.PassAt1.Seeds, pair.PassAt1.Problems, pair.Conclusion));

        // Any sample passes: grpo 1 1 0 1 and 0 1 1 1, ppo 1 1 1 1 and 1 1 0 1.
        Near(0.125, pair.Greedy.Interval.Estimate);
    }

    [Fact]
    public void Time_matched_difference_cuts_the_longer_run_at_the_time_of_the_shorter()
    {
        // At 10 of its 20 seconds ppo is half way: .5 .25 .25 .5 against .5 .5 0 1, and .25 .5 0 .5 against 0 .5 .5 1.
        Near(-0.15625, Only(Four).Pairs[0].PassAt1AtEqualTime.Interval.Estimate);
        Assert.Equal(double.NaN, Only(Four).Pairs[0].PassAt1AtEqualTime.AdjustedPValue);

        var untimed = Four.Select(run => run with { Curve = [.. run.Curve.Select(line => line with { ProcessorSeconds = double.NaN })] }).ToArray();
        var pair = Only(untimed).Pairs[0];
        Assert.Equal(DifferenceResult.None, pair.PassAt1AtEqualTime);
        Near(0.1875, pair.PassAt1.Interval.Estimate);
        Near(-0.15625, Only(untimed, new() { WallClock = true }).Pairs[0].PassAt1AtEqualTime.Interval.Estimate);
    }

    [Fact]
    public void Curves_are_read_at_the_token_budget_and_on_a_common_grid()
    {
        var late = Four.Select(run => run with
        {
            Curve = [run.Curve[0], Line(2, 600, 5, 0, 1, 0, 1), Line(4, 1400, 10, [.. run.Curve[1].Passed])],
        }).ToArray();
        var grpo = Only(late).Contenders[0];
        Assert.Equal(1000, Only(late).Tokens);

        // Half way from .25 at 600 tokens to .5 at 1,400, for both seeds of grpo.
        var pass = grpo.Measures.Single(result => result.Measure == HeldOutMeasure.PassAt1);
        Near(0.375, pass.Final.Estimate);
        Near(0, pass.Start.Estimate);
        Assert.Equal([0, 500, 1000], pass.OverTokens.Select(point => point.X));
        Near(0.25 * 500 / 600, pass.OverTokens[1].Mean);
        Assert.Equal([0, 2, 4], pass.OverSteps.Select(point => point.X));
        Assert.Equal([0, 5, 10], pass.OverSeconds.Select(point => point.X));
        Near(0.5, pass.OverSeconds[2].Mean);

        // ppo ends at .75 and .625, that is at .5 and .4375 after 1,000 tokens.
        var ppo = Only(late).Contenders[1].Measures.Single(result => result.Measure == HeldOutMeasure.PassAt1);
        Near((0.5 + 0.4375) / 2, ppo.Final.Estimate);
        Near(0.46875 + (12.706204736 * 0.03125), ppo.Final.High, 1e-5);
        Near(0.4375, ppo.OverTokens[2].Low);
        Near(0.5, ppo.OverTokens[2].High);
    }

    [Fact]
    public void Every_measure_is_a_mean_over_problems()
    {
        var ppo = Only(Four).Contenders[1];
        Assert.Equal(Enum.GetValues<HeldOutMeasure>(), ppo.Measures.Select(result => result.Measure));
        Near((0.75 + 0.625) / 2, ppo.Measures[0].Final.Estimate);
        Near((1 + 0.75) / 2, ppo.Measures[1].Final.Estimate); // passed 2 1 1 2 and 1 2 0 2 of two: some sample passes
        Assert.Equal(0.75, ppo.Seeds[1].Points[1].PassAtK);
        Assert.Equal(0.625, ppo.Seeds[1].Points[1].MajorityAtK);
        Assert.Equal((1UL, 2UL), (ppo.Seeds[0].Seed, ppo.Seeds[1].Seed));
    }

    [Fact]
    public void Problems_without_a_score_are_left_out()
    {
        var unscored = Four.Select(run => run with
        {
            Curve = [run.Curve[0], run.Curve[1] with { Scored = [2, 0, 2, 2], Passed = [2, 0, 0, 1], Greedy = [1, double.NaN, 0, 0] }],
        });
        var grpo = Only([.. unscored]).Contenders[0];
        Near(0.5, grpo.Seeds[0].Points[1].PassAt1); // 1 0 .5
        Near(1.0 / 3, grpo.Seeds[0].Points[1].Greedy);
    }

    [Fact]
    public void Threshold_is_half_way_of_the_baseline_unless_it_is_given()
    {
        var arm = Only(Four);
        Near(0.25, arm.Threshold);
        var (grpo, ppo) = (arm.Contenders[0].Threshold, arm.Contenders[1].Threshold);
        Near(500, grpo.Tokens.Estimate);
        Near(5, grpo.Seconds.Estimate);
        Near(((1000 * 0.25 / 0.75) + (1000 * 0.25 / 0.625)) / 2, ppo.Tokens.Estimate);
        Near(((20 * 0.25 / 0.75) + (20 * 0.25 / 0.625)) / 2, ppo.Seconds.Estimate);

        var high = Only(Four, new() { Threshold = 0.7 }).Contenders;
        Assert.Equal((0, 2), (high[0].Threshold.Reached, high[0].Threshold.Seeds));
        Assert.Equal(double.NaN, high[0].Threshold.Tokens.Estimate);
        Assert.Equal(1, high[1].Threshold.Reached);
        Near(1000 * 0.7 / 0.75, high[1].Threshold.Tokens.Estimate);
        Assert.Equal(double.NaN, high[1].Threshold.Tokens.High); // of the seeds that reached it alone, no interval

        var flat = Four.Select(run => run with { Curve = [run.Curve[1] with { Step = 0, SampledTokens = 0, ProcessorSeconds = 0 }, run.Curve[1]] }).ToArray();
        Assert.Equal((double.NaN, 0), (Only(flat).Threshold, Only(flat).Contenders[1].Threshold.Seeds));
    }

    [Fact]
    public void P_values_are_corrected_over_all_tasks_arms_and_contenders()
    {
        var other = Ten.Select(run => run with { Cell = run.Cell with { Task = "sum" } });
        var undecided = Four.Select(run => run with { Cell = run.Cell with { Task = "max" } });
        var result = ComparisonAnalysis.Of([.. Ten, .. other, .. undecided], new());
        Assert.Equal(3, result.Comparisons);
        var (first, second, third) = (result.Arms[0].Pairs[0], result.Arms[1].Pairs[0], result.Arms[2].Pairs[0]);
        Near(3 * first.PassAt1.PValue, first.PassAt1.AdjustedPValue, 1e-12);
        Assert.Equal(first.PassAt1.AdjustedPValue, second.PassAt1.AdjustedPValue);
        Assert.Equal(third.PassAt1.PValue, third.PassAt1.AdjustedPValue);
        Assert.Equal([Conclusion.Better, Conclusion.Better, Conclusion.Open], new[] { first, second, third }.Select(pair => pair.Conclusion));
    }

    [Fact]
    public void Seeds_that_one_contender_lacks_are_left_out_and_told()
    {
        var result = ComparisonAnalysis.Of([.. Four.Take(3)], new());
        Assert.Equal((1, Conclusion.OneSeed), (result.Arms[0].Pairs[0].PassAt1.Seeds, result.Arms[0].Pairs[0].Conclusion));
        Assert.Contains(result.Limits, limit => limit.StartsWith("sort, controlled arm: ppo lacks seed 2", StringComparison.Ordinal));

        var apart = ComparisonAnalysis.Of([Four[0], Four[3]], new());
        Assert.Equal(Conclusion.NotMeasured, apart.Arms[0].Pairs[0].Conclusion);
        Assert.Equal(0, apart.Comparisons);
    }

    [Fact]
    public void Runs_without_a_curve_twice_or_on_other_problems_are_refused()
    {
        Refused([Four[0] with { Curve = [] }], "runs/sort/controlled/grpo/seed-1 has no learning curve");
        Refused([Four[0], Four[0]], "runs/sort/controlled/grpo/seed-1 is there 2 times");
        Refused([Four[0], Run("ppo", 1, 20, 1, 2, 0)], "measured 3 problems with 2 samples each, but runs/sort/controlled/grpo/seed-1 4 with 2");
        Refused([], "no finished run");

        static void Refused(IReadOnlyList<CellRun> runs, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => ComparisonAnalysis.Of(runs, new())).Message);
    }

    [Fact]
    public void Metrics_are_means_over_steps_then_over_seeds()
    {
        var nan = double.NaN;
        CellRun[] runs =
        [
            Four[0] with { Steps = Steps((MetricNames.GradientSignal, [2, nan, 4, nan]), (MetricNames.ClipLow, [0.1, 0.2, 0.3, 0.4])) },
            Four[1] with { Steps = Steps((MetricNames.GradientSignal, [nan, nan, 7, nan])) },
        ];
        var grpo = Only(runs).Contenders[0];
        var signal = Assert.Single(grpo.Variance);
        Assert.Equal((MetricNames.GradientSignal, Period.WholeRun, 2), (signal.Metric, signal.Period, signal.Seeds));
        Near(5, signal.Mean.Estimate);
        Near(5 + (12.706204736 * 2), signal.Mean.High, 1e-5);
        var clip = Assert.Single(grpo.TrustRegion);
        Near(0.25, clip.Mean.Estimate);
        Assert.Equal((1, double.NaN), (clip.Seeds, clip.Mean.High));
        Assert.Empty(grpo.Critic);

        // One share of the budget, the end of which all steps lie in.
        var curve = grpo.Curves.Single(curve => curve.Metric == MetricNames.ClipLow);
        Near(0.25, Assert.Single(curve.Points).Mean);
    }

    // (6 - 2) / (4·50 + 2·200) = 1/150 per token; the mean of the two steps' own ratios, 0.03 and -0.005, is 1/80.
    [Fact]
    public void Signal_to_noise_of_a_run_is_a_ratio_of_sums()
    {
        var nan = double.NaN;
        CellRun[] runs =
        [
            Four[0] with
            {
                Steps = Steps(
                    (MetricNames.GradientSignal, [6, nan, -2, 0]), (MetricNames.GradientNoise, [4, nan, 2, 0]), (MetricNames.SampledTokens, [50, 60, 200, 70])),
            },
        ];
        var summary = Only(runs).Contenders[0].Variance.Single(summary => summary.Metric == MetricNames.GradientSignalPerToken);
        Near(1.0 / 150, summary.Mean.Estimate);
    }

    [Fact]
    public void Critic_is_told_early_late_and_by_tenths()
    {
        var nan = double.NaN;
        var ppo = Four[2] with
        {
            Steps = Steps(
                (MetricNames.ExplainedVariance, [-0.5, 0.1, 0.3, 0.5]), (MetricNames.ValueReversals, [nan, 0.5, 0.25, 0.75]),
                (MetricNames.CalibrationValuePrefix + "0", [nan, 0.9, 0.2, 0.4]), (MetricNames.CalibrationReturnPrefix + "0", [nan, 0.9, 0.1, 0.3])),
        };
        var critic = Only([Four[0], ppo]).Contenders[1];
        Assert.Equal(
            [
                (MetricNames.ExplainedVariance, Period.FirstThird, -0.5),
                (MetricNames.ExplainedVariance, Period.LastThird, 0.4),
                (MetricNames.ValueReversals, Period.WholeRun, 0.5),
            ],
            critic.Critic.Select(summary => (summary.Metric, summary.Period, Math.Round(summary.Mean.Estimate, 9))));
        var tenth = Assert.Single(critic.Calibration);
        Assert.Equal(0, tenth.Tenth);
        Near(0.3, tenth.Value);
        Near(0.2, tenth.Return.Estimate);
    }

    [Fact]
    public void Cost_counts_parameters_time_and_phases()
    {
        var ppo = Four[2] with
        {
            Steps = Steps(
                (MetricNames.RolloutSeconds, [1, 2, 3, 4]), (MetricNames.CriticSeconds, [0.5, 0.5, 0.5, 0.5]), (MetricNames.PeakMemory, [100, 300, 300, 300])),
        };
        var cost = Only([Four[0], ppo]).Contenders[1].Cost;
        Assert.Equal((3000, 1000, 0.25), (cost.PolicyParameters, cost.CriticParameters, cost.CriticShare));
        Assert.Equal(
            [(MetricNames.RolloutSeconds, 10.0), (MetricNames.CriticSeconds, 2.0)], cost.Phases.Select(phase => (phase.Metric, phase.Seconds.Estimate)));
        Assert.Equal(
            (300.0, 4.0, 1000.0, 10.0, 20.0, 100.0, 50.0),
            (cost.PeakMib.Estimate, cost.Steps.Estimate, cost.Tokens.Estimate, cost.Seconds.Estimate, cost.ProcessorSeconds.Estimate,
                cost.TokensPerSecond.Estimate, cost.TokensPerProcessorSecond.Estimate));
    }

    [Fact]
    public void Options_that_differ_are_listed_and_the_critics_own_beside_them()
    {
        var ppo = Only(Four).Contenders[1];
        var difference = Assert.Single(ppo.Differences);
        Assert.Equal(("algorithm.advantage.kind", "\"group\"", "\"critic\""), (difference.Path, difference.Baseline, difference.Contender));
        Assert.Contains(KeyValuePair.Create("algorithm.advantage.lambda", "0.95"), ppo.CriticSettings);
        Assert.Contains(ppo.CriticSettings, setting => setting.Key == "algorithm.advantage.critic.optimizer.learningRate");
        Assert.Empty(Only(Four).Contenders[0].Differences);
        Assert.Empty(Only(Four).Contenders[0].CriticSettings);
    }

    private static ArmResult Only(IReadOnlyList<CellRun> runs, AnalysisOptions? options = null) =>
        Assert.Single(ComparisonAnalysis.Of(runs, options ?? new()).Arms);

    private static void Near(double expected, double actual, double tolerance = Digits) => Assert.Equal(expected, actual, tolerance);
}
