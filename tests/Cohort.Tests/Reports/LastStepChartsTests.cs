using Cohort.Reports;
using Cohort.Tests.Telemetry;

namespace Cohort.Tests.Reports;

public class LastStepChartsTests
{
    [Fact]
    public void Ratios_are_bars_in_percent_of_the_last_step_that_has_them()
    {
        var run = new ReportRun("PPO",
        [
            Steps.Of(1, ("policy/ratio_share/below_0.50", 0.5)),
            Steps.Of(2, ("policy/ratio_share/below_0.50", 0.125), ("policy/ratio_share/0.90_0.95", 0.25), ("policy/ratio_share/above_2.00", 0.0625)),
            Steps.Of(3, ("policy/entropy_nats", 0.5)),
        ]);
        var bars = LastStepCharts.Of([run]).First().Series.Single();
        Assert.Equal([("< 0.50", 12.5), ("0.90 to 0.95", 25), ("> 2.00", 6.25)], bars.Points.Select(point => (point.Category, point.Y)));
    }

    [Fact]
    public void Calibration_sets_values_against_returns_beside_the_diagonal()
    {
        var run = new ReportRun("PPO",
        [
            Steps.Of(
                4, ("critic/calibration_value/02", 0.75), ("critic/calibration_value/01", 0.25), ("critic/calibration_return/02", 0.5),
                ("critic/calibration_return/01", 0.375)),
        ]);
        var series = LastStepCharts.Of([run]).Last().Series;
        Assert.Equal([(0.25, 0.375), (0.75, 0.5)], series[0].Points.Select(point => (point.X, point.Y)));
        Assert.Equal([(0.25, 0.25), (0.75, 0.75)], series[1].Points.Select(point => (point.X, point.Y)));
    }
}
