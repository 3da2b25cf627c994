using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>Reads metrics.jsonl as it grows.</summary>
/// <param name="path">A file that <see cref="JsonLinesSink"/> writes.</param>
public sealed class MetricsTail(string path)
{
    private long _offset;
    private long _lastStep = -1;

    /// <summary>
    /// The whole lines that came since the last call. Where the file was cut or replaced, as by a run that goes on from its checkpoint, all of its steps again,
    /// which shows in a first step that is not above the last one given.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is not a step.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public IReadOnlyList<StepMetrics> Read()
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var steps = stream.Length < _offset ? [] : ReadFrom(stream, _offset);
        if (stream.Length < _offset || steps is null || (steps is [var first, ..] && first.Step <= _lastStep))
            steps = ReadFrom(stream, 0) ?? throw new InvalidDataException($"{path} has a line that is not a step: it is damaged, or is no metrics.jsonl.");

        _lastStep = steps is [.., var last] ? last.Step : _lastStep;
        return steps;
    }

    // Null where a line is not a step: the offset is then within a line.
    private List<StepMetrics>? ReadFrom(FileStream stream, long offset)
    {
        stream.Position = offset;
        var bytes = new byte[stream.Length - offset];
        var rest = bytes.AsMemory(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        var steps = new List<StepMetrics>();
        try
        {
            for (var end = rest.Span.IndexOf((byte)'\n'); end >= 0; end = rest.Span.IndexOf((byte)'\n'))
            {
                using var json = JsonDocument.Parse(rest[..end]);
                steps.Add(MetricsFile.Step(json.RootElement));
                rest = rest[(end + 1)..];
                offset += end + 1;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }

        _offset = offset;
        return steps;
    }
}
