namespace Cohort.Data;

/// <summary>Reads a data file, and tells of all its bad rows in one message.</summary>
internal static class RowFile
{
    /// <summary>What to do about bad rows: the end of every rule.</summary>
    public const string Remedy = "Mend these lines, name their fields by data.fields (evaluate: --field), or leave them out with --skip-bad-lines.";

    /// <summary>The rows of a larger file stay on disk, in bytes.</summary>
    public const long LargestHeld = 32 << 20;

    private const int BadRowsShown = 5;

    /// <summary>Reads every row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">Which fields are read as what.</param>
    /// <param name="skipBadLines">Whether bad rows are counted in a notice instead of refused.</param>
    /// <param name="rule">What a row must be, beginning with an example of its fields; the end of every message about a row.</param>
    /// <param name="convert">Makes the items of a row's fields; what it returns is dropped where a field was bad.</param>
    /// <exception cref="DataException">The file cannot be read, has no good row, or has bad ones that are not to be skipped.</exception>
    public static FileRows<T> Read<T>(string path, FieldNames names, bool skipBadLines, string rule, Func<JsonFields, IReadOnlyList<T>> convert)
    {
        var format = RowFormat.Of(path);
        var ids = new HashSet<ulong>();
        IRowList<T> items = new HeldRows<T>();
        var (shown, errors, badRows, isPipe) = (new List<string>(), 0, 0, false);
        try
        {
            using var stream = File.OpenRead(path);
            isPipe = !stream.CanSeek;
            if (!isPipe && stream.Length > LargestHeld)
            {
                items = new StreamedRows<T>(
                    format.IsJsonLines ? new LinesText(path) : new SpooledText(path),
                    (number, fields) => convert(new(fields, Id(number, []), names)));
            }

            foreach (var row in format.Read(path, stream))
            {
                var problems = Convert(row, Id(row.Number, ids), names, convert, items);
                shown.AddRange(problems.Take(BadRowsShown - shown.Count).Select(problem => $"{format.Unit} {row.Number}{problem}"));
                (errors, badRows) = (errors + problems.Count, badRows + (problems.Count > 0 ? 1 : 0));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"{path} cannot be read: {error.Message} Name a file that exists and that you may read.", error);
        }

        var list = string.Join("\n  ", shown) + (errors > shown.Count ? $"\n  and {errors - shown.Count} more" : "");
        if (errors > 0 && (!skipBadLines || items.Count == 0))
            throw new DataException($"{path} has {errors} {(errors == 1 ? "error" : "errors")}:\n  {list}\n{format.Lead}{rule}");

        if (items.Count == 0)
            throw new DataException($"{path} has no {format.Unit}s of data. {format.Lead}{rule}");

        return new(items, errors == 0 ? [] : [$"{path}: bad {format.Unit}s skipped: {badRows}; {items.Count} rows are left.\n  {list}"]) { IsPipe = isPipe };

        LineId Id(int number, HashSet<ulong> used) => new($"{Path.GetFileName(path)}:{number}", used);
    }

    private static IReadOnlyList<string> Convert<T>(
        FileRow row, LineId id, FieldNames names, Func<JsonFields, IReadOnlyList<T>> convert, IRowList<T> items)
    {
        if (row.Problem != "")
            return [row.Problem];

        var fields = new JsonFields(row.Fields, id, names);
        var given = convert(fields);
        if (fields.Problems.Count > 0)
            return fields.Problems;

        fields.KeepId();
        items.Add(row, given);
        return [];
    }
}
