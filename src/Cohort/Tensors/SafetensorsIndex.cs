using System.Text.Json;
using static Cohort.Tensors.SafetensorsHeader;

namespace Cohort.Tensors;

/// <summary>
/// The index of tensors that lie in several files, as Hugging Face's libraries write it: {"metadata": {...}, "weight_map": {name: file}}. Every
/// file lies beside the index.
/// </summary>
internal static class SafetensorsIndex
{
    private const string FilesKey = "weight_map";

    /// <summary>The file of each tensor, by the tensor's name.</summary>
    /// <param name="path">The index.</param>
    /// <exception cref="SafetensorsException">The index is malformed, or names a place that is no file beside it.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > SafetensorsHeader.LongestHeader)
            throw new SafetensorsException(path, $"it has {length} bytes; at most {SafetensorsHeader.LongestHeader} are read. It is not an index.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new() { AllowDuplicateProperties = false, MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(FilesKey, out var files)
                || files.ValueKind != JsonValueKind.Object)
                throw new SafetensorsException(path, $"it has no object '{FilesKey}' that gives the file of each tensor.");
            return files.EnumerateObject().ToDictionary(entry => entry.Name, entry => FileOf(path, entry));
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how System.Text.Json reports text that is not UTF-8 or holds half a surrogate pair.
            throw new SafetensorsException(path, $"it is not JSON: {cause.Message} Copy or download it again.", cause);
        }
    }

    /// <summary>Writes an index.</summary>
    /// <param name="path">The index; replaced as a whole.</param>
    /// <param name="files">The file of each tensor.</param>
    /// <param name="totalBytes">The size of all tensors.</param>
    public static void Write(string path, IEnumerable<(string Name, string File)> files, long totalBytes) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new() { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", totalBytes);
        json.WriteEndObject();
        json.WriteStartObject(FilesKey);
        foreach (var (name, file) in files.OrderBy(entry => entry.Name, StringComparer.Ordinal))
            json.WriteString(name, file);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static string FileOf(string path, JsonProperty entry)
    {
        if (entry.Value.ValueKind != JsonValueKind.String)
            throw new SafetensorsException(path, $"tensor '{Clip(entry.Name)}': its file is {Clip(entry.Value.GetRawText())}; it must be a file's name.");
        var file = entry.Value.GetString() ?? "";
        return file is "" or "." or ".." || file.AsSpan().ContainsAny("/\\:\0")
            ? throw new SafetensorsException(
                path, $"tensor '{Clip(entry.Name)}': its file is '{Clip(file)}'; it must be the name of a file in the same folder.")
            : file;
    }
}
