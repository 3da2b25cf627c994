using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CsvHelper;

namespace Cohort.Data;

/// <summary>Reads a table of texts whose first line names the columns (RFC 4180).</summary>
internal static class CsvRows
{
    /// <summary>Reads every line that is not blank; an empty cell is a field that the row does not have, and every other one is a text.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="stream">UTF-8, with or without a byte-order mark.</param>
    /// <param name="separator">What separates cells.</param>
    /// <exception cref="DataException">The file as a whole is no such table.</exception>
    public static IEnumerable<FileRow> Read(string path, Stream stream, char separator)
    {
        var malformed = "";
        using var reader = CsvReader.Create(stream, new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = false,
            SkipEmptyLines = true,
            TrackLineNumbers = true,
            MaxRecordSize = BoundedLines.Longest,
            OnMalformedRecord = record => malformed = Malformed(record.Reason),
        });
        string[] columns = [];
        var text = new ArrayBufferWriter<byte>();
        for (; Next(path, reader); malformed = "")
        {
            var number = (int)reader.LineNumber;
            if (reader.FieldCount == 1 && reader.GetSpan(0).Trim(" \t"u8).IsEmpty)
                continue;

            var problem = malformed != "" ? malformed : Utf8.IsValid(reader.RawRecord) ? "" : ": is not UTF-8; save the file as UTF-8";
            if (columns.Length == 0)
            {
                columns = Columns(path, reader, number, problem);
                continue;
            }

            if (problem == "" && reader.FieldCount != columns.Length)
                problem = $": {reader.FieldCount} cells, but the first line names {columns.Length} columns; quote a cell that holds a separator";
            if (problem != "")
            {
                yield return new(number, default, problem);
                continue;
            }

            text.ResetWrittenCount();
            Write(text, columns, reader);
            using var document = JsonDocument.Parse(text.WrittenMemory);
            yield return new(number, document.RootElement);
        }
    }

    private static bool Next(string path, CsvReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException error)
        {
            throw new DataException(
                $"{path} has a row of more than {BoundedLines.Longest >> 20} MiB behind line {Math.Max(reader.LineNumber, 1)}; close its quotation mark, or "
                + "shorten it.", error);
        }
    }

    private static string[] Columns(string path, CsvReader reader, int number, string problem)
    {
        string[] names = problem != "" ? [] : [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
        if (problem == "" && names.CountBy(name => name).FirstOrDefault(name => name.Value > 1) is { Value: > 1 } twice)
            problem = $": the column \"{twice.Key}\" is named {twice.Value} times";
        return problem == "" ? names
            : throw new DataException($"{path} line {number}{problem}. The first line must name every column once, as in prompt,answer.");
    }

    private static void Write(ArrayBufferWriter<byte> text, string[] columns, CsvReader reader)
    {
        using var writer = new Utf8JsonWriter(text);
        writer.WriteStartObject();
        for (var index = 0; index < columns.Length; index++)
            if (reader.GetSpan(index) is { IsEmpty: false } cell)
                writer.WriteString(columns[index], cell);
        writer.WriteEndObject();
    }

    private static string Malformed(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => ": a cell's quotation mark is never closed",
        CsvMalformedReason.TextAfterClosingQuote => ": a cell goes on behind its closing quotation mark; double a mark that is within",
        _ => ": a quotation mark stands in a cell that is not quoted; quote the cell and double the mark",
    };
}
