using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public sealed class MetricsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Metrics => _folder.File("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{\"step\":3,\"a/x\":0.7")]
    [InlineData("{\"step\":3,\"a/x\":")]
    [InlineData("{")]
    [InlineData("\0\0\0\0")]
    public void A_torn_last_line_is_left_out(string torn)
    {
        File.WriteAllText(Metrics, "{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.6}\n" + torn);
        Assert.Equal([0.5, 0.6], MetricsFile.Read(Metrics).Select(step => step["a/x"]));
    }

    [Fact]
    public void A_last_line_that_only_lacks_its_end_counts()
    {
        File.WriteAllText(Metrics, "{\"step\":1,\"a/x\":0.5}\n{\"step\":2,\"a/x\":0.6}");
        Assert.Equal([1L, 2L], MetricsFile.Read(Metrics).Select(step => step.Step));
    }

    [Theory]
    [InlineData("{\"step\":3")]
    [InlineData("{\"a/x\":0.5}")]
    [InlineData("{\"step\":\"three\"}")]
    [InlineData("{\"step\":3,\"a/x\":\"high\"}")]
    [InlineData("[1]")]
    public void A_bad_line_before_the_last_is_named(string bad)
    {
        File.WriteAllText(Metrics, "{\"step\":1}\n" + bad + "\n{\"step\":4}\n");
        var error = Assert.Throws<InvalidDataException>(() => MetricsFile.Read(Metrics));
        Assert.StartsWith($"{Metrics}, line 2, cannot be read: ", error.Message);
    }

    [Fact]
    public void An_empty_file_has_no_steps()
    {
        File.WriteAllText(Metrics, "");
        Assert.Empty(MetricsFile.Read(Metrics));
    }
}
