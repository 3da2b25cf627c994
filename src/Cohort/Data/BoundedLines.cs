using System.Buffers;

namespace Cohort.Data;

/// <summary>A line of a file.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Text">Its bytes without the line's end; valid until the next line is read, and empty where it is too long.</param>
/// <param name="IsTooLong">Whether it is longer than allowed.</param>
/// <param name="Offset">Where its text begins in the stream, in bytes.</param>
internal readonly record struct BoundedLine(int Number, ReadOnlyMemory<byte> Text, bool IsTooLong, long Offset);

/// <summary>The lines of a file of any size, in the memory of the longest allowed one.</summary>
internal static class BoundedLines
{
    /// <summary>The longest line of a data file, in bytes.</summary>
    public const int Longest = 64 << 20;

    /// <summary>Reads line by line; a longer one is passed over, and only its number is given.</summary>
    /// <param name="stream">Its lines end with LF or CR LF; it may begin with a byte-order mark.</param>
    public static IEnumerable<BoundedLine> Read(Stream stream)
    {
        var (buffer, line) = (new byte[1 << 16], new ArrayBufferWriter<byte>());
        var (number, isTooLong, count, begin, taken) = (1, false, 0, 0L, 0L);
        while ((count = stream.Read(buffer)) > 0)
        {
            var rest = buffer.AsMemory(0, count);
            for (var end = 0; end >= 0;)
            {
                end = rest.Span.IndexOf((byte)'\n');
                var part = end < 0 ? rest : rest[..end];
                taken += end < 0 ? part.Length : end + 1;
                isTooLong |= line.WrittenCount + part.Length > Longest;
                if (isTooLong)
                    line.ResetWrittenCount();
                else
                    line.Write(part.Span);
                if (end < 0)
                    continue;

                yield return Line();
                (isTooLong, rest, begin) = (false, rest[(end + 1)..], taken);
                line.ResetWrittenCount();
            }
        }

        if (isTooLong || line.WrittenCount > 0)
            yield return Line();

        BoundedLine Line()
        {
            var text = line.WrittenMemory;
            var mark = number == 1 && text.Span.StartsWith("\uFEFF"u8) ? 3 : 0;
            return new(number++, text.Span.EndsWith("\r"u8) ? text[mark..^1] : text[mark..], isTooLong, begin + mark);
        }
    }
}
