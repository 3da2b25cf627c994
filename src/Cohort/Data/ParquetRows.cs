using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace Cohort.Data;

/// <summary>Reads the rows of a Parquet file, one row group in memory at a time; nested columns are lists and objects.</summary>
internal static class ParquetRows
{
    /// <summary>
    /// Reads every row. A null is a field that the row, or the object within it, does not have; bytes are base64, dates are texts
    /// as in ISO 8601, without the time where that is midnight, and what else JSON does not have are texts too.
    /// </summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="stream">The file.</param>
    /// <exception cref="DataException">It cannot be sought in, is no whole Parquet file, or uses what the reader does not know.</exception>
    public static IEnumerable<FileRow> Read(string path, Stream stream)
    {
        if (!stream.CanSeek)
            throw new DataException($"{path} is a pipe, and a Parquet file is read from its end; write it to a file first.");

        var text = new ArrayBufferWriter<byte>();
        var (number, groups) = (0, Wait(path, CountAsync(stream)));
        for (var group = 0; group < groups; group++)
        {
            foreach (var row in Wait(path, GroupAsync(stream, group)))
            {
                text.ResetWrittenCount();
                using (var writer = new Utf8JsonWriter(text))
                    Write(writer, row);
                using var document = JsonDocument.Parse(text.WrittenMemory);
                yield return new(++number, document.RootElement);
            }
        }
    }

    private static async Task<int> CountAsync(Stream stream)
    {
        var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        return reader.RowGroupCount;
    }

    private static async Task<IEnumerable> GroupAsync(Stream stream, int group) =>
        (await ParquetSerializer.DeserializeUntypedAsync(stream, rowGroupIndex: group).ConfigureAwait(false)).Data;

    // The library reads only asynchronously. A damaged file makes it throw whatever the damage leads to.
    private static T Wait<T>(string path, Task<T> reading)
    {
        try
        {
            return reading.GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new DataException($"{path} is not a Parquet file that can be read: {error.Message} Write it anew, or convert it to JSONL.", error);
        }
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case ReadOnlyMemory<char> text:
                writer.WriteStringValue(text.Span);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case ReadOnlyMemory<byte> bytes:
                writer.WriteBase64StringValue(bytes.Span);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case DateTime { TimeOfDay.Ticks: 0 } day:
                writer.WriteStringValue(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case DateTime time:
                writer.WriteStringValue(time.ToString("O", CultureInfo.InvariantCulture));
                break;
            case IDictionary fields:
                WriteObject(writer, fields);
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, IDictionary fields)
    {
        writer.WriteStartObject();
        foreach (DictionaryEntry field in fields)
        {
            if (field.Value is null)
                continue;

            writer.WritePropertyName(Convert.ToString(field.Key, CultureInfo.InvariantCulture) ?? "");
            Write(writer, field.Value);
        }

        writer.WriteEndObject();
    }
}
