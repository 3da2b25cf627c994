using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class DivergenceAlarmTests
{
    private const int Problems = 40;

    [Fact]
    public void It_is_raised_where_the_reward_rises_while_the_metric_falls()
    {
        // At the second measurement the level is 0.01 / 2; 8 changes one way and none the other have p = 1/256.
        var alarm = Series((0, 10, 20), (5, 18, 12));

        Assert.True(alarm.IsRaised);
        Assert.Equal(0, alarm.BestStep);
        Assert.Equal(2, alarm.Measurements);
    }

    [Theory]
    [InlineData(17, 12)] // 7 risen rewards: p = 1/128 > 0.005
    [InlineData(18, 13)] // 7 fallen metrics
    [InlineData(10, 2)] // the reward stands still
    [InlineData(2, 2)] // both fall
    [InlineData(38, 38)] // both rise
    public void It_is_silent_where_one_of_the_two_is_no_more_than_chance(int reward, int metric) =>
        Assert.False(Series((0, 10, 20), (5, reward, metric)).IsRaised);

    [Fact]
    public void Later_measurements_need_stronger_evidence()
    {
        // At the third the level is 0.01 / 12, below 1/256 and above 2^-11.
        Assert.False(Series((0, 10, 20), (5, 10, 20), (10, 18, 12)).IsRaised);
        Assert.True(Series((0, 10, 20), (5, 10, 20), (10, 21, 9)).IsRaised);
    }

    [Fact]
    public void The_fall_is_measured_from_the_best_measurement()
    {
        var alarm = Series((0, 4, 6), (5, 10, 30), (10, 25, 15));

        Assert.True(alarm.IsRaised); // against the start both have risen
        Assert.Equal(5, alarm.BestStep);
    }

    [Fact]
    public void A_rise_before_the_metric_was_best_does_not_count() => Assert.False(Series((0, 4, 6), (5, 30, 30), (10, 30, 10)).IsRaised);

    [Fact]
    public void Once_raised_it_stays_so()
    {
        var alarm = Series((0, 10, 20), (5, 18, 12), (10, 18, 35));

        Assert.True(alarm.IsRaised);
        Assert.Equal(10, alarm.BestStep);
    }

    [Fact]
    public void Problems_without_a_score_say_nothing()
    {
        var start = Series((0, 10, 20));
        double[] reward = Scores(18), metric = Scores(12);
        Assert.True(start.After(5, reward, metric).IsRaised);
        metric[15] = double.NaN; // one of the eight that fell

        Assert.False(start.After(5, reward, metric).IsRaised);
        Assert.Equal(start, start.After(5, reward, [.. Enumerable.Repeat(double.NaN, Problems)]));
    }

    [Fact]
    public void A_measurement_of_one_problem_does_not_stay_the_best()
    {
        double[] one = [.. Scores(0).Select((_, i) => i == 17 ? 1.0 : double.NaN)];
        var alarm = new DivergenceAlarm().After(0, Scores(10), one).After(5, Scores(10), Scores(30));

        Assert.Equal(5, alarm.BestStep);
        Assert.True(alarm.After(10, Scores(21), Scores(18)).IsRaised); // 11 risen and 12 fallen; 2^-11 is below 0.01 / 12
    }

    [Fact]
    public void A_partial_measurement_does_not_displace_a_fuller_one_however_high()
    {
        double[] half = [.. Scores(0).Select((_, i) => i < 20 ? 1.0 : double.NaN)];
        var alarm = Series((0, 10, 30)).After(5, Scores(10), half);

        Assert.Equal((0, 2, 40), (alarm.BestStep, alarm.Measurements, alarm.MostScored));
        Assert.True(alarm.After(10, Scores(21), Scores(18)).IsRaised);
    }

    [Fact]
    public void The_best_measurement_is_chosen_on_the_problems_that_both_scored()
    {
        // The first 6 have no score the second time: the mean of all that is scored rises from 24.4 / 40 = 0.61 to 0.66, but that of the other 34 falls from 0.7.
        double[] first = [.. Enumerable.Range(0, Problems).Select(i => i < 6 ? 0.1 : 0.7)];
        double[] second = [.. Enumerable.Range(0, Problems).Select(i => i < 6 ? double.NaN : 0.66)];
        double[] third = [.. second.Select(metric => metric + 0.05)];
        var alarm = new DivergenceAlarm().After(0, Scores(10), first);

        Assert.Equal(0, alarm.After(5, Scores(10), second).BestStep);
        Assert.Equal(5, alarm.After(5, Scores(10), third).BestStep);
    }

    [Fact]
    public void Problems_that_are_scored_now_and_then_raise_it_in_no_more_runs_than_its_level()
    {
        // Nothing rises and nothing falls, but each measurement scores another share of the problems.
        var random = new Random(13);
        var raised = Enumerable.Range(0, 400).Count(_ => Enumerable.Range(0, 30).Aggregate(
            new DivergenceAlarm(), (alarm, step) => alarm.After(step, Draw(random, 0.6), Partly(random, Draw(random, 0.6), random.NextDouble()))).IsRaised);

        Assert.InRange(raised, 0, 4);
    }

    [Fact]
    public void Another_number_of_problems_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Series((0, 10, 20)).After(5, [1, 0.5], [1, 0.5]));

        Assert.Contains("2 rewards and 2 metrics, after 40", error.Message);
    }

    [Fact]
    public void Noise_raises_it_in_no_more_runs_than_its_level()
    {
        // Reward and metric are drawn apart, each right with probability 0.6 at each of 30 measurements: nothing rises and nothing falls.
        var random = new Random(11);
        var raised = Enumerable.Range(0, 400).Count(_ => Enumerable.Range(0, 30)
            .Aggregate(new DivergenceAlarm(), (alarm, step) => alarm.After(step, Draw(random, 0.6), Draw(random, 0.6))).IsRaised);

        Assert.InRange(raised, 0, 4);
    }

    [Fact]
    public void A_slow_slide_is_found_before_its_end()
    {
        // From 0.8 to 0.2 in 20 measurements while the reward goes the other way.
        var random = new Random(12);
        var found = Enumerable.Range(0, 100).Count(_ => Enumerable.Range(0, 20)
            .Aggregate(new DivergenceAlarm(), (alarm, step) => alarm.After(step, Draw(random, 0.2 + (0.03 * step)), Draw(random, 0.8 - (0.03 * step))))
            .IsRaised);

        Assert.Equal(100, found);
    }

    private static DivergenceAlarm Series(params (long Step, int Reward, int Metric)[] measurements) => measurements.Aggregate(
        new DivergenceAlarm(), (alarm, measured) => alarm.After(measured.Step, Scores(measured.Reward), Scores(measured.Metric)));

    // The first problems have 0.75, the others 0.25.
    private static double[] Scores(int high) => [.. Enumerable.Range(0, Problems).Select(i => i < high ? 0.75 : 0.25)];

    private static double[] Partly(Random random, double[] metrics, double share) =>
        [.. metrics.Select(metric => random.NextDouble() < share ? metric : double.NaN)];

    private static double[] Draw(Random random, double share) => [.. Enumerable.Range(0, 100).Select(_ => random.NextDouble() < share ? 1.0 : 0.0)];
}
