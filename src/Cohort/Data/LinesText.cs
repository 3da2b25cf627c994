using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Cohort.Data;

/// <summary>The lines of a JSONL file, where they stand. The file must not change: its length and the time of its last change are remembered.</summary>
internal sealed class LinesText : RowText
{
    private readonly (long Length, DateTime Changed) _first;

    /// <summary>Opens the file.</summary>
    /// <param name="path">A JSONL file.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public LinesText(string path)
        : base(path, File.OpenHandle(path, options: FileOptions.RandomAccess)) => _first = Now(Handle);

    /// <inheritdoc/>
    public override (long Offset, int Length) Place(FileRow row) => (row.Offset, row.Length);

    /// <inheritdoc/>
    protected override void RequireUnchanged()
    {
        var now = Now(Handle);
        if (now != _first)
        {
            throw new DataException(
                $"{Path} was changed while it was in use ({Said(_first)} at first, {Said(now)} now), and a file of more than "
                + $"{RowFile.LargestHeld >> 20} MiB is read as it is needed; put the old file back and go on with --resume, or begin a new run.");
        }
    }

    private static (long Length, DateTime Changed) Now(SafeFileHandle handle) => (RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));

    private static string Said((long Length, DateTime Changed) state) =>
        string.Create(CultureInfo.InvariantCulture, $"{state.Length} bytes of {state.Changed:yyyy-MM-dd HH:mm:ss} UTC");
}
