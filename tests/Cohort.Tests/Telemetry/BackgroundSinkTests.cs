using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public class BackgroundSinkTests
{
    [Fact]
    public void A_sink_that_hangs_stalls_nobody_and_still_gets_every_step()
    {
        using var gate = new ManualResetEventSlim();
        var slow = new RecordingSink(gate);
        using (var sink = new BackgroundSink(slow))
        {
            for (var step = 1; step <= 2000; step++)
            {
                sink.Write(Steps.Of(step));
                sink.Progress(RunPhase.Training, step, 2000);
            }

            gate.Set(); // nothing was delivered before: the calls above came back without it
        }

        Assert.Equal(Enumerable.Range(1, 2000).Select(step => (long)step), slow.Steps);
    }

    [Fact]
    public void Progress_and_completions_are_dropped_while_the_line_is_long_and_notices_are_not()
    {
        using var gate = new ManualResetEventSlim();
        var slow = new RecordingSink(gate);
        using (var sink = new BackgroundSink(slow))
        {
            for (var i = 1; i <= 5000; i++)
            {
                sink.Progress(RunPhase.Evaluation, i, 5000);
            }

            sink.Completions([Steps.Completion("dropped")]);
            sink.Notice("still here");
            gate.Set();
        }

        Assert.InRange(slow.Progressed, 200, 300);
        Assert.Equal(["still here"], slow.Notices);
        Assert.Empty(slow.Completed);
    }

    [Fact]
    public void Completions_come_in_line_with_the_steps()
    {
        using var gate = new ManualResetEventSlim(initialState: true);
        var quick = new RecordingSink(gate);
        using (var sink = new BackgroundSink(quick))
        {
            sink.Completions([Steps.Completion("7"), Steps.Completion("9")]);
        }

        Assert.Equal(["7", "9"], quick.Completed);
    }

    [Fact]
    public void A_sink_that_throws_is_left_alone_and_ends_nothing()
    {
        var sink = new BackgroundSink(new ThrowingSink());
        sink.Write(Steps.Of(1));
        sink.Write(Steps.Of(2));
        sink.Dispose();
        Assert.Equal("view of step 1", sink.Failure!.Message);
    }

    [Fact]
    public void Disposing_twice_is_harmless()
    {
        var sink = new BackgroundSink(new ThrowingSink());
        sink.Dispose();
        sink.Dispose();
        Assert.Null(sink.Failure);
    }

    [Fact]
    public void A_composite_hands_everything_to_all_in_order()
    {
        using var open = new ManualResetEventSlim(initialState: true);
        RecordingSink[] sinks = [new(open), new(open)];
        var all = new CompositeSink(sinks);
        all.Write(Steps.Of(3));
        all.Progress(RunPhase.Training, 3, 9);
        all.Notice("few data");
        all.Completions([Steps.Completion("7")]);
        Assert.All(sinks, sink => Assert.Equal("7", Assert.Single(sink.Completed)));
        Assert.All(sinks, sink => Assert.Equal(3, Assert.Single(sink.Steps)));
        Assert.All(sinks, sink => Assert.Equal(1, sink.Progressed));
        Assert.All(sinks, sink => Assert.Equal("few data", Assert.Single(sink.Notices)));
    }

    private sealed class ThrowingSink : IMetricSink
    {
        public void Write(StepMetrics metrics) => throw new InvalidOperationException($"view of step {metrics.Step}");
    }

    private sealed class RecordingSink(ManualResetEventSlim gate) : IMetricSink
    {
        public List<long> Steps { get; } = [];

        public List<string> Notices { get; } = [];

        public List<string> Completed { get; } = [];

        public int Progressed { get; private set; }

        public void Write(StepMetrics metrics)
        {
            gate.Wait();
            Steps.Add(metrics.Step);
        }

        public void Progress(RunPhase phase, long done, long total)
        {
            gate.Wait();
            Progressed++;
        }

        public void Notice(string message) => Notices.Add(message);

        public void Completions(IReadOnlyList<RolloutLine> lines)
        {
            gate.Wait();
            Completed.AddRange(lines.Select(line => line.Completion));
        }
    }
}
