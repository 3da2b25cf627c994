using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Cohort.Data;

/// <summary>Reads one JSON object per line.</summary>
internal static class JsonLines
{
    /// <summary>Reads every line that is not blank.</summary>
    /// <param name="stream">UTF-8, with or without a byte-order mark.</param>
    public static IEnumerable<FileRow> Read(Stream stream)
    {
        foreach (var line in BoundedLines.Read(stream))
        {
            if (!line.IsTooLong && line.Text.Span.Trim(" \t"u8).IsEmpty)
                continue;

            var problem = Parse(line, out var document);
            using (document)
                yield return new(line.Number, document?.RootElement ?? default, problem, line.Offset, line.Text.Length);
        }
    }

    private static string Parse(BoundedLine line, out JsonDocument? document)
    {
        document = null;
        if (line.IsTooLong)
            return $": longer than {BoundedLines.Longest >> 20} MiB";
        if (!Utf8.IsValid(line.Text.Span))
            return ": is not UTF-8; save the file as UTF-8";

        try
        {
            document = JsonDocument.Parse(line.Text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? "" : $": a JSON {document.RootElement.ValueKind} instead of an object";
        }
        catch (JsonException error)
        {
            var before = line.Text.Span[..(int)(error.BytePositionInLine ?? 0)];
            return $", column {Encoding.UTF8.GetCharCount(before) + 1}: not JSON: {error.Message.Split(" LineNumber:")[0]}";
        }
    }
}
