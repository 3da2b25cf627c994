using Cohort.Data;

namespace Cohort.Training;

/// <summary>
/// A JSONL, CSV, TSV or Parquet file: problems with `prompt` (a text, or a list of messages) and `answer` for RL; pairs with `prompt` and `completion`, or
/// conversations with `messages`, for SFT; preferences with `prompt`, `chosen` and `rejected`, or two conversations as `chosen` and `rejected`, for a
/// reward model. The rows of a file above 32 MiB stay on disk.
/// </summary>
public sealed record FileData : DataOptions
{
    /// <summary>The file, of the format that its extension says (.csv, .tsv, .parquet, else JSONL); relative paths are relative to the run file.</summary>
    public string Path { get; init; } = "";

    /// <summary>A file of validation and test problems alone, whose prompts are left out of training; empty holds out a share of the data.</summary>
    public string HeldOutPath { get; init; } = "";

    /// <summary>Which fields of a row are read as what, where they are not named as usual.</summary>
    public FieldNames Fields { get; init; } = new();

    /// <summary>Whether bad lines are left out and counted in a notice, instead of refused.</summary>
    public bool SkipBadLines { get; init; }

    /// <summary>What is done with a prompt that does not fit the model's context together with the longest completion.</summary>
    public LongPrompts LongPrompts { get; init; }

    /// <summary>Reads the file.</summary>
    /// <typeparam name="T">A row.</typeparam>
    /// <param name="read">Reads a file of such rows.</param>
    /// <exception cref="DataException">It cannot be used.</exception>
    public FileRows<T> Read<T>(Func<string, FieldNames, bool, FileRows<T>> read) => Lasting(Path, read(Path, Fields, SkipBadLines));

    /// <summary>Reads the held-out file; no rows where there is none.</summary>
    /// <inheritdoc cref="Read{T}"/>
    public IReadOnlyList<T> ReadHeldOut<T>(Func<string, FieldNames, bool, FileRows<T>> read) =>
        HeldOutPath == "" ? [] : Lasting(HeldOutPath, read(HeldOutPath, Fields, SkipBadLines));

    private static FileRows<T> Lasting<T>(string path, FileRows<T> rows) => !rows.IsPipe ? rows : throw new DataException(
        $"{path} is a pipe, but a run reads its data again: to know them by their SHA-256, and to go on. Write them to a file first.");
}
