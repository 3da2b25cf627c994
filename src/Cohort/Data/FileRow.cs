using System.Text.Json;

namespace Cohort.Data;

/// <summary>A row of a data file, whatever its format.</summary>
/// <param name="Number">The number of its line, or of the row where the format has no lines; from 1.</param>
/// <param name="Fields">An object; valid until the next row is read.</param>
/// <param name="Problem">Why it has no fields, beginning with the column or a colon; empty where it has.</param>
/// <param name="Offset">Where its JSON begins in the file, in bytes; 0 where the format is another.</param>
/// <param name="Length">The bytes of its JSON in the file; 0 where the format is another.</param>
internal readonly record struct FileRow(int Number, JsonElement Fields, string Problem = "", long Offset = 0, int Length = 0);
