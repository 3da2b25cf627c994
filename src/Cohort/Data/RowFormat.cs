namespace Cohort.Data;

/// <summary>The format of a data file.</summary>
/// <param name="Unit">What messages call a row, before its number.</param>
/// <param name="Lead">What a row must be, before the example of its fields.</param>
/// <param name="IsJsonLines">Whether a row stands in the file as one line of JSON.</param>
/// <param name="Read">Reads every row of the path's open stream.</param>
internal sealed record RowFormat(string Unit, string Lead, bool IsJsonLines, Func<string, Stream, IEnumerable<FileRow>> Read)
{
    private const string Columns = "name its columns once, and every other row must give in them, as texts, the fields of an object such as ";

    private static readonly RowFormat Jsonl =
        new("line", "Every line must be a JSON object such as ", IsJsonLines: true, (_, stream) => JsonLines.Read(stream));

    private static readonly RowFormat Csv =
        new("line", "The first line must " + Columns, IsJsonLines: false, (path, stream) => CsvRows.Read(path, stream, ','));

    private static readonly RowFormat Tsv =
        new("line", "The first line must " + Columns, IsJsonLines: false, (path, stream) => CsvRows.Read(path, stream, '\t'));

    private static readonly RowFormat ParquetFile =
        new("row", "Every row must give in its columns the fields of an object such as ", IsJsonLines: false, ParquetRows.Read);

    /// <summary>The format that a file's extension names: .csv, .tsv, .parquet, and JSON lines otherwise.</summary>
    /// <param name="path">The file.</param>
    public static RowFormat Of(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => Csv,
        ".TSV" => Tsv,
        ".PARQUET" => ParquetFile,
        _ => Jsonl,
    };
}
