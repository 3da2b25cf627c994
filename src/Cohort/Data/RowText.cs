using Microsoft.Win32.SafeHandles;

namespace Cohort.Data;

/// <summary>
/// A file in which the JSON of rows stands. It stays open as long as it is in use: nobody has to close it, as its handle closes itself when it is collected.
/// </summary>
/// <param name="path">The data file, for messages.</param>
/// <param name="handle">The open file.</param>
internal abstract class RowText(string path, SafeFileHandle handle)
{
    /// <summary>The data file, for messages.</summary>
    protected string Path => path;

    /// <summary>The open file.</summary>
    protected SafeFileHandle Handle => handle;

    /// <summary>Where a row's JSON stands, in bytes.</summary>
    /// <param name="row">A good row, while it is valid.</param>
    /// <exception cref="DataException">It cannot be written.</exception>
    public abstract (long Offset, int Length) Place(FileRow row);

    /// <summary>The JSON at a place.</summary>
    /// <exception cref="DataException">The file was changed, or cannot be read any more.</exception>
    public byte[] Read(long offset, int length)
    {
        RequireUnchanged();
        var text = new byte[length];
        try
        {
            for (var (done, count) = (0, 0); done < length; done += count)
            {
                count = RandomAccess.Read(handle, text.AsSpan(done), offset + done);
                if (count == 0)
                    throw new EndOfStreamException("It ends too early.");
            }
        }
        catch (IOException error)
        {
            throw new DataException($"{path} cannot be read any more: {error.Message} Go on from the last checkpoint when it can.", error);
        }

        return text;
    }

    /// <summary>Refuses a file that is not what it was.</summary>
    /// <exception cref="DataException">It was changed.</exception>
    protected abstract void RequireUnchanged();
}
