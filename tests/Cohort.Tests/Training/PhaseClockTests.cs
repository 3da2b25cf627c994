using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class PhaseClockTests
{
    [Fact]
    public void What_is_measured_is_in_no_other_phase_and_not_in_the_processor_time()
    {
        var clock = new PhaseClock();
        clock.Reset();
        clock.Start(Phase.Update);
        using (clock.During(Phase.Evaluation))
            Work(0.2);
        var measures = new Measures();
        clock.Describe(measures);
        Assert.InRange(measures.Of(MetricNames.EvaluationSeconds), 0.05, 100);
        Assert.InRange(measures.Of(MetricNames.UpdateSeconds), 0, 0.1);
        Assert.InRange(measures.Of(MetricNames.ProcessorSeconds), 0, 0.15);
        Assert.Equal(double.NaN, measures.Of(MetricNames.CriticSeconds));
        Assert.InRange(measures.Of(MetricNames.PeakMemory), 0.9 * measures.Of(MetricNames.ResidentMemory), 1e6);
    }

    [Fact]
    public void A_phase_within_another_goes_back_to_it()
    {
        var clock = new PhaseClock();
        clock.Reset();
        clock.Start(Phase.Update);
        using (clock.During(Phase.Critic))
            Work(0.1);
        Work(0.2);
        var measures = new Measures();
        clock.Describe(measures);
        Assert.InRange(measures.Of(MetricNames.CriticSeconds), 0.02, 100);
        Assert.InRange(measures.Of(MetricNames.UpdateSeconds), 0.04, 100);
        Assert.InRange(measures.Of(MetricNames.ProcessorSeconds), 0.3, 100);
        Assert.Equal(
            measures.Of(MetricNames.CriticSeconds) + measures.Of(MetricNames.UpdateSeconds), measures.Of(MetricNames.StepSeconds), 0.01);

        clock.Start(Phase.Evaluation);
        clock.Reset(); // the next step begins with its rollout
        var fresh = new Measures();
        clock.Describe(fresh);
        Assert.Equal(0, fresh.Of(MetricNames.EvaluationSeconds));
        Assert.True(fresh.Of(MetricNames.RolloutSeconds) > 0);
        Assert.InRange(fresh.Of(MetricNames.ProcessorSeconds), 0, 0.1);
    }

    [Fact]
    public void The_first_token_counts_from_the_start_of_the_process_and_is_told_once()
    {
        var clock = new PhaseClock();
        clock.Reset();
        clock.NoteToken();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var age = (DateTime.UtcNow - process.StartTime.ToUniversalTime()).TotalSeconds;
        Work(0.2);
        clock.NoteToken();
        var (first, second) = (new Measures(), new Measures());
        clock.Describe(first);
        clock.Describe(second);
        Assert.InRange(first.Of(MetricNames.FirstTokenSeconds), 0.5 * age, age);
        Assert.Equal(double.NaN, second.Of(MetricNames.FirstTokenSeconds));
    }

    // Keeps a processor busy, whatever else the machine does.
    private static void Work(double seconds)
    {
        var end = Environment.CpuUsage.TotalTime + TimeSpan.FromSeconds(seconds);
        while (Environment.CpuUsage.TotalTime < end)
            Thread.SpinWait(1000);
    }
}
