using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public sealed class JsonLinesSinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Metrics => _folder.File("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_step_is_one_line_with_the_step_first_and_the_rest_in_order()
    {
        using (var sink = new JsonLinesSink(Metrics, keepBytes: 0))
        {
            sink.Write(Steps.Of(12, ("reward/score_mean", 0.41), ("time/step_seconds", 2)));
        }

        Assert.Equal("{\"step\":12,\"reward/score_mean\":0.41,\"time/step_seconds\":2}\n", File.ReadAllText(Metrics));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1.0 / 3)]
    [InlineData(-5e-324)]
    [InlineData(double.MaxValue)]
    [InlineData(123456789.12345678)]
    public void Numbers_read_back_to_the_same_bits(double value)
    {
        using (var sink = new JsonLinesSink(Metrics, keepBytes: 0))
        {
            sink.Write(Steps.Of(3, ("loss/surrogate", value)));
        }

        var read = Assert.Single(MetricsFile.Read(Metrics))["loss/surrogate"];
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(read));
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_null_and_read_as_NaN()
    {
        using (var sink = new JsonLinesSink(Metrics, keepBytes: 0))
        {
            sink.Write(Steps.Of(2, ("a/x", double.NaN), ("a/y", double.PositiveInfinity), ("a/z", double.NegativeInfinity)));
        }

        Assert.Equal("{\"step\":2,\"a/x\":null,\"a/y\":null,\"a/z\":null}\n", File.ReadAllText(Metrics));
        Assert.All(Assert.Single(MetricsFile.Read(Metrics)).Values, pair => Assert.True(double.IsNaN(pair.Value)));
    }

    [Fact]
    public void A_line_can_be_read_at_once_while_the_file_is_open()
    {
        using var sink = new JsonLinesSink(Metrics, keepBytes: 0);
        sink.Write(Steps.Of(7, ("a/x", 0.25)));
        Assert.Equal(0.25, Assert.Single(MetricsFile.Read(Metrics))["a/x"]);
        Assert.Equal(new FileInfo(Metrics).Length, sink.Length);
    }

    [Fact]
    public void Resuming_cuts_off_what_came_after_the_checkpoint()
    {
        long length;
        using (var sink = new JsonLinesSink(Metrics, keepBytes: 0))
        {
            sink.Write(Steps.Of(1, ("a/x", 0.5)));
            sink.Flush();
            length = sink.Length;
            sink.Write(Steps.Of(2, ("a/x", 0.625)));
        }

        File.AppendAllText(Metrics, "{\"step\":3,\"a/");
        using (var resumed = new JsonLinesSink(Metrics, length))
        {
            resumed.Write(Steps.Of(2, ("a/x", 0.75)));
        }

        Assert.Equal("{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.75}\n", File.ReadAllText(Metrics));
    }

    [Fact]
    public void Nothing_is_kept_where_nothing_was_asked_for()
    {
        File.WriteAllText(Metrics, "something else");
        using var sink = new JsonLinesSink(Metrics, keepBytes: 0);
        Assert.Equal(0, new FileInfo(Metrics).Length);
    }

    [Fact]
    public void A_file_shorter_than_the_checkpoint_says_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(Metrics, "{\"step\":1}\n");
        var error = Assert.Throws<InvalidDataException>(() => new JsonLinesSink(Metrics, keepBytes: 500));
        Assert.Equal(
            $"{Metrics} has 11 bytes, but 500 were written when the checkpoint was saved: it was cut or replaced since. "
            + "Put the file back, or start a new run.",
            error.Message);
        Assert.Equal("{\"step\":1}\n", File.ReadAllText(Metrics));
    }

    [Fact]
    public void A_file_without_a_line_end_at_the_checkpoint_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(Metrics, "{\"step\":1}\n{\"step\":2}\n");
        var error = Assert.Throws<InvalidDataException>(() => new JsonLinesSink(Metrics, keepBytes: 15));
        Assert.Contains("has no line that ends at byte 15", error.Message);
        Assert.Equal(22, new FileInfo(Metrics).Length);
    }

    [Fact]
    public void A_refused_file_can_be_opened_by_others()
    {
        File.WriteAllText(Metrics, "{\"step\":1}\n");
        Assert.Throws<InvalidDataException>(() => new JsonLinesSink(Metrics, keepBytes: 500));
        using var other = new FileStream(Metrics, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal(11, other.Length);
    }
}
