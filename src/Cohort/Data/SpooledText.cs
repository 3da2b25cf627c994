using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Cohort.Data;

/// <summary>
/// Rows of another format, written as JSON into a nameless file of the temporary folder (TMPDIR), which is gone when the process is.
/// </summary>
/// <param name="path">The data file, for messages.</param>
internal sealed class SpooledText(string path) : RowText(path, Open(path))
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _row = new();
    private long _end;

    /// <inheritdoc/>
    public override (long Offset, int Length) Place(FileRow row)
    {
        _row.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_row, Options))
            row.Fields.WriteTo(writer);
        try
        {
            RandomAccess.Write(Handle, _row.WrittenSpan, _end);
        }
        catch (IOException error)
        {
            throw NoRoom(Path, error);
        }

        _end += _row.WrittenCount;
        return (_end - _row.WrittenCount, _row.WrittenCount);
    }

    /// <inheritdoc/>
    protected override void RequireUnchanged()
    {
    }

    // The name goes at once; the open file stays.
    private static SafeFileHandle Open(string path)
    {
        var name = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cohort-{Guid.NewGuid():N}");
        try
        {
            var handle = File.OpenHandle(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            File.Delete(name);
            return handle;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoRoom(path, error);
        }
    }

    private static DataException NoRoom(string path, Exception error) => new(
        $"The rows of {path} cannot be kept in {System.IO.Path.GetTempPath()}: {error.Message} A file of more than {RowFile.LargestHeld >> 20} MiB that is "
        + "not JSONL needs room there for its rows as JSON; set TMPDIR to a folder with room, or convert the file to JSONL.",
        error);
}
