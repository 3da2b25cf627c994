using System.Text;
using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

/// <summary>Bytes by hand and by a reader of its own, which shares nothing with the writer.</summary>
public sealed class TensorBoardSinkTests
{
    private static readonly DateTimeOffset Started = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);

    // TensorFlow's own writer begins every file with these bytes: length 24, its checksum, event.proto's wall time (field 1) and version (field 3).
    [Fact]
    public void A_file_begins_with_the_version_of_its_format()
    {
        var bytes = Write(Steps.Of(1));
        Assert.Equal("1800000000000000A37F4B22", Convert.ToHexString(bytes, 0, 12));
        Assert.Equal("09", Convert.ToHexString(bytes, 12, 1));
        Assert.Equal(1_700_000_000.5, BitConverter.ToDouble(bytes, 13));
        Assert.Equal("\x1a\x0d" + "brain.Event:2", Encoding.ASCII.GetString(bytes, 21, 15));
    }

    // The check value of CRC-32C (RFC 3720, B.4) of 32 bytes of 0 is 8A9136AA: so this test's own checksum is right.
    [Fact]
    public void Every_record_has_the_masked_checksums_of_its_length_and_content()
    {
        Assert.Equal(0x8A9136AAu, Crc32C(new byte[32]));
        var bytes = Write(Steps.Of(1, ("a/x", 0.5)), Steps.Of(2, ("a/x", 0.75), ("b/y", -3)));
        var at = 0;
        var records = 0;
        for (; at < bytes.Length; records++)
        {
            var length = (int)BitConverter.ToUInt64(bytes, at);
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BitConverter.ToUInt32(bytes, at + 8));
            Assert.Equal(Masked(bytes.AsSpan(at + 12, length)), BitConverter.ToUInt32(bytes, at + 12 + length));
            at += 12 + length + 4;
        }

        Assert.Equal((3, bytes.Length), (records, at));
    }

    [Fact]
    public void A_metric_is_a_scalar_by_its_name_at_its_step_and_time()
    {
        var bytes = Write(
            Steps.Of(1, ("a/x", 0.5), (MetricNames.StepSeconds, 2.25)), Steps.Of(2, ("a/x", 0.75), ("b/y", double.NaN), (MetricNames.StepSeconds, 3)));
        var events = Records(bytes).Select(Tensorboard.Event.Parser.ParseFrom).ToArray();
        Assert.Equal([0L, 1L, 2L], events.Select(one => one.Step));
        Assert.Equal([1_700_000_000.5, 1_700_000_002.75, 1_700_000_005.75], events.Select(one => one.WallTime));
        Assert.Equal([("a/x", 0.5f), (MetricNames.StepSeconds, 2.25f)], events[1].Summary.Value.Select(value => (value.Tag, value.SimpleValue)));
        Assert.Equal([("a/x", 0.75f), (MetricNames.StepSeconds, 3f)], events[2].Summary.Value.Select(value => (value.Tag, value.SimpleValue)));
    }

    [Fact]
    public void Steps_that_come_again_make_readers_forget_the_old_ones()
    {
        var bytes = Write(Steps.Of(1, ("a/x", 0.5)), Steps.Of(2, ("a/x", 0.6)), Steps.Of(1, ("a/x", 0.7)));
        var events = Records(bytes).Select(Tensorboard.Event.Parser.ParseFrom).ToArray();
        Assert.Equal(5, events.Length);
        Assert.Equal((1L, Tensorboard.SessionLog.Types.SessionStatus.Start), (events[3].Step, events[3].SessionLog.Status));
        Assert.Equal(0.7f, events[4].Summary.Value[0].SimpleValue);
    }

    private static byte[] Write(params StepMetrics[] steps)
    {
        using var stream = new MemoryStream();
        var sink = new TensorBoardSink(stream, Started);
        foreach (var step in steps)
            sink.Write(step);

        return stream.ToArray();
    }

    private static IEnumerable<byte[]> Records(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BitConverter.ToUInt64(bytes, at);
            yield return bytes[(at + 12)..(at + 12 + length)];
            at += length + 16;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = Crc32C(bytes);
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    }

    // Bit by bit, from the polynomial.
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
        }

        return ~crc;
    }
}
