using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>
/// A file to which whole lines of JSON are appended. Each line goes to the operating system in one write, so that a killed process loses
/// at most the line at hand; a line that does not fit on the disk is taken back.
/// </summary>
public class LogFile : IDisposable
{
    // Text stays readable in an editor; control characters are escaped, and half a surrogate pair becomes U+FFFD.
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>Opens the file at the end of what is kept.</summary>
    /// <param name="path">The file; made where there is none.</param>
    /// <param name="keepBytes">Length to which the file is cut; 0 starts afresh.</param>
    /// <exception cref="InvalidDataException">No line ends at that length: the file is shorter, or another one.</exception>
    internal LogFile(string path, long keepBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keepBytes);
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            RequireLineEnd(path, keepBytes);
            _stream.SetLength(keepBytes);
            _stream.Position = keepBytes;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }

        _json = new Utf8JsonWriter(_line, Format);
    }

    /// <summary>Bytes of all whole lines, for a checkpoint to record after <see cref="Flush"/>.</summary>
    public long Length => _stream.Position;

    /// <summary>Appends one line.</summary>
    /// <param name="write">Writes exactly one JSON value.</param>
    /// <exception cref="IOException">The line cannot be written; the file ends with the line before.</exception>
    internal void Append(Action<Utf8JsonWriter> write)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        write(_json);
        _json.Flush();
        _line.Write("\n"u8);

        var end = Length;
        try
        {
            _stream.Write(_line.WrittenSpan);
        }
        catch (IOException)
        {
            _stream.SetLength(end);
            _stream.Position = end;
            throw;
        }
    }

    /// <summary>Waits until every line is on the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _stream.Dispose();
        GC.SuppressFinalize(this);
    }

    private void RequireLineEnd(string path, long keepBytes)
    {
        if (_stream.Length < keepBytes)
        {
            throw new InvalidDataException(
                $"{path} has {_stream.Length} bytes, but {keepBytes} were written when the checkpoint was saved: it was cut or replaced "
                + "since. Put the file back, or start a new run.");
        }

        _stream.Position = Math.Max(0, keepBytes - 1);
        if (keepBytes > 0 && _stream.ReadByte() != '\n')
        {
            throw new InvalidDataException(
                $"{path} has no line that ends at byte {keepBytes}, where the checkpoint says one ends: it was changed since. "
                + "Put the file back, or start a new run.");
        }
    }
}
