using System.Text;
using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>Reads what <see cref="LogFile"/> writes, also while it is being written.</summary>
internal static class LogReader
{
    /// <summary>Every whole line; a last line that was torn off is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="convert">Makes an item of a line's object.</param>
    /// <exception cref="InvalidDataException">A line before the last is not one of this file.</exception>
    public static IReadOnlyList<T> Read<T>(string path, Func<JsonElement, T> convert)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var items = new List<T>();
        var number = 1;
        for (var line = reader.ReadLine(); line is not null; number++)
        {
            var next = reader.ReadLine();
            try
            {
                using var json = JsonDocument.Parse(line);
                items.Add(convert(json.RootElement));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                if (next is not null)
                    throw new InvalidDataException($"{path}, line {number}, cannot be read: {error.Message}", error);
            }

            line = next;
        }

        return items;
    }
}
