using System.Text;

namespace Cohort.Tensors;

/// <summary>
/// Replaces a file as a whole: readers see the old content or the new, never a part. The content goes to a temporary file in the same
/// folder (<c>path + ".tmp"</c>), is flushed to disk, and is renamed over the old file. Where anything fails, a full disk included, the
/// old file stays untouched and the temporary one is deleted.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes what <paramref name="write"/> puts into the stream.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the whole content; what it throws comes back to the caller.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = path + ".tmp";
        var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="content">The whole content.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteBytes(string path, byte[] content) => Write(path, stream => stream.Write(content));

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="content">The whole content.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteText(string path, string content) => WriteBytes(path, Encoding.UTF8.GetBytes(content));
}
