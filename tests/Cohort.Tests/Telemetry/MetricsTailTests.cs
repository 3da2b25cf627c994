using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public sealed class MetricsTailTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Metrics => _folder.File("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_step_is_given_once_and_a_line_only_when_it_is_whole()
    {
        var tail = new MetricsTail(Metrics);
        File.WriteAllText(Metrics, "{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.6");
        Assert.Equal([(1, 0.5)], tail.Read().Select(step => (step.Step, step["a/x"])));
        Assert.Empty(tail.Read());
        File.AppendAllText(Metrics, "5}\n");
        Assert.Equal([(2, 0.65)], tail.Read().Select(step => (step.Step, step["a/x"])));
        Assert.Empty(tail.Read());
    }

    [Theory]
    [InlineData("{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.7}\n", 2)] // shorter
    [InlineData("{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.75}\n{\"step\":3,\"a/x\":0.8}\n{\"step\":4}\n", 4)] // longer; the old end is within a line
    [InlineData("{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.6}\n{\"step\":3,\"a/x\":0.9}\n{\"step\":3}\n", 4)] // a step again
    public void A_file_that_a_resumed_run_cut_is_read_again_from_its_beginning(string after, int steps)
    {
        var tail = new MetricsTail(Metrics);
        File.WriteAllText(Metrics, "{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.6}\n{\"step\":3,\"a/x\":0.7}\n");
        Assert.Equal(3, tail.Read().Count);

        File.WriteAllText(Metrics, after);
        var again = tail.Read();
        Assert.Equal(1, again[0].Step);
        Assert.Equal(steps, again.Count);
    }

    [Fact]
    public void A_line_that_is_no_step_is_refused()
    {
        File.WriteAllText(Metrics, "{\"step\":1}\n{\"stop\":2}\n");
        Assert.StartsWith($"{Metrics} has a line that is not a step", Assert.Throws<InvalidDataException>(() => new MetricsTail(Metrics).Read()).Message);
    }
}
