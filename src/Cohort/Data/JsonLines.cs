using System.Text;
using System.Text.Json;

namespace Cohort.Data;

/// <summary>Reads a file of one JSON object per line, and tells of all bad lines in one message.</summary>
internal static class JsonLines
{
    private const int BadLinesShown = 5;

    /// <summary>Reads every line that is not blank.</summary>
    /// <param name="path">The file; UTF-8, with or without a byte-order mark.</param>
    /// <param name="rule">What a line must be, with an example; the end of every message about a line.</param>
    /// <param name="convert">Makes an item of a line's fields; what it returns is dropped where a field was bad.</param>
    /// <exception cref="DataException">The file cannot be read, is empty, or has bad lines.</exception>
    public static IReadOnlyList<T> Read<T>(string path, string rule, Func<JsonFields, T> convert)
    {
        var items = new List<T>();
        var ids = new HashSet<string>();
        var bad = new List<string>();
        var number = 0;
        try
        {
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            foreach (var line in File.ReadLines(path, strict))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                    continue;

                var problems = Convert(line, new LineId($"{Path.GetFileName(path)}:{number}", ids), convert, items);
                bad.AddRange(problems.Select(problem => $"line {number}{problem}"));
            }
        }
        catch (DecoderFallbackException error)
        {
            throw new DataException($"{path} is not UTF-8 after line {number}; save it as UTF-8.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"{path} cannot be read: {error.Message} Name a file that exists and that you may read.", error);
        }

        if (bad.Count > 0)
            throw new DataException(Describe(path, bad, rule));

        if (items.Count == 0)
            throw new DataException($"{path} has no lines of data. {rule}");

        return items;
    }

    // The problems of one line, each with its column where it has one.
    private static IReadOnlyList<string> Convert<T>(string line, LineId id, Func<JsonFields, T> convert, List<T> items)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return [$": a JSON {document.RootElement.ValueKind} instead of an object"];

            var fields = new JsonFields(document.RootElement, id);
            var item = convert(fields);
            if (fields.Problems.Count == 0)
                items.Add(item);

            return fields.Problems;
        }
        catch (JsonException error)
        {
            var before = Encoding.UTF8.GetBytes(line).AsSpan(0, (int)(error.BytePositionInLine ?? 0));
            var reason = error.Message.Split(" LineNumber:")[0];
            return [$", column {Encoding.UTF8.GetCharCount(before) + 1}: not JSON: {reason}"];
        }
    }

    private static string Describe(string path, List<string> bad, string rule)
    {
        var more = bad.Count > BadLinesShown ? $"\n  and {bad.Count - BadLinesShown} more" : "";
        var shown = string.Join("\n  ", bad.Take(BadLinesShown));
        return $"{path} has {bad.Count} {(bad.Count == 1 ? "error" : "errors")}:\n  {shown}{more}\n{rule}";
    }
}
