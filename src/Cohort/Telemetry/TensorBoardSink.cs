using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace Cohort.Telemetry;

/// <summary>
/// Writes steps as TensorBoard's events: records of a TFRecord file (length and content, each with its masked CRC-32C), each of them a message of
/// tensorflow/core/util/event.proto. A metric's tag is its name, the step is the run's, and the wall time is the run's beginning and the seconds of its steps,
/// so that exporting again gives the same bytes.
/// </summary>
/// <param name="stream">Takes the events; stays the caller's.</param>
/// <param name="started">When the run began.</param>
public sealed class TensorBoardSink(Stream stream, DateTimeOffset started) : IMetricSink
{
    private readonly double _started = started.ToUnixTimeMilliseconds() / 1000.0;
    private double _seconds;
    private long _lastStep = -1;
    private bool _begun;

    /// <inheritdoc/>
    /// <remarks>A step that is not above the last one begins anew there: TensorBoard then forgets what it had from that step on.</remarks>
    public void Write(StepMetrics metrics)
    {
        if (!_begun)
            Append(new Event { FileVersion = "brain.Event:2" });
        else if (metrics.Step <= _lastStep)
            Append(new Event { Step = metrics.Step, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });

        _seconds = metrics.Step <= _lastStep ? 0 : _seconds;
        (_begun, _lastStep) = (true, metrics.Step);
        _seconds += metrics[MetricNames.StepSeconds] is var step && double.IsFinite(step) ? step : 0;
        var summary = new Summary();
        foreach (var (name, value) in metrics.Values.Where(pair => double.IsFinite(pair.Value)))
            summary.Value.Add(new Summary.Types.Value { Tag = name, SimpleValue = (float)value });

        Append(new Event { Step = metrics.Step, Summary = summary });
    }

    private void Append(Event record)
    {
        record.WallTime = _started + _seconds;
        var content = record.ToByteArray();
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)content.Length);
        stream.Write(length);
        WriteChecksum(length);
        stream.Write(content);
        WriteChecksum(content);
    }

    private void WriteChecksum(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var each in bytes)
            crc = BitOperations.Crc32C(crc, each);

        crc = ~crc;
        Span<byte> masked = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(masked, ((crc >> 15) | (crc << 17)) + 0xa282ead8u);
        stream.Write(masked);
    }
}
