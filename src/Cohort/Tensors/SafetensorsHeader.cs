using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// The header of a safetensors file: 8 bytes little-endian length, then a JSON object {name: {dtype, shape, data_offsets: [begin, end]},
/// "__metadata__": {string: string}}. The tensors' bytes follow, without holes, to the end of the file. Everything is checked before
/// anything of the size that the header claims is allocated.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read, in bytes; the same bound as the format's own library.</summary>
    public const long LongestHeader = 100_000_000;

    /// <summary>The key of the metadata, which no tensor may have as a name.</summary>
    public const string MetadataKey = "__metadata__";

    private const int LengthBytes = 8;

    private readonly string _path;
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafetensorsHeader(string path, long dataStart) => (_path, DataStart) = (path, dataStart);

    /// <summary>Where the tensors' bytes begin in the file.</summary>
    public long DataStart { get; }

    /// <summary>The tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; private set; } = [];

    /// <summary>The file's own notes; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads and checks the header of a whole file.</summary>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="SafetensorsException">The header breaks a rule of the format.</exception>
    public static SafetensorsHeader Read(Stream stream, string path)
    {
        if (stream.Length < LengthBytes)
            throw new SafetensorsException(path, $"it has {stream.Length} bytes; a safetensors file begins with the {LengthBytes} bytes of "
                + "its header's length. Copy or download it again.");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var rest = stream.Length - LengthBytes;
        if (length > LongestHeader)
            throw new SafetensorsException(path, $"it claims a header of {length} bytes; at most {LongestHeader} are read. It is not a "
                + "safetensors file, or it is damaged.");
        if ((long)length > rest)
            throw new SafetensorsException(path, $"it claims a header of {length} bytes, and only {rest} bytes follow the length. The file "
                + "is cut off; copy or download it again.");

        var json = new byte[length];
        stream.ReadExactly(json);
        var header = new SafetensorsHeader(path, LengthBytes + (long)length);
        header.Parse(json);
        header.RequireNoHoles(rest - (long)length);
        return header;
    }

    private void Parse(byte[] json)
    {
        if (json.Length == 0 || json[0] != '{')
            throw new SafetensorsException(_path, "its header does not begin with '{'; a header is one JSON object.");
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 };
            using var document = JsonDocument.Parse(json, options);
            foreach (var property in document.RootElement.EnumerateObject())
                if (property.Name == MetadataKey)
                    ParseMetadata(property.Value);
                else
                    _entries.Add(ParseEntry(property.Name, property.Value));
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how System.Text.Json reports text that is not UTF-8 or holds half a surrogate pair.
            throw new SafetensorsException(
                _path, $"its header of {json.Length} bytes is not the JSON of a safetensors file. {cause.Message}", cause);
        }
    }

    private void ParseMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            throw new SafetensorsException(_path, $"{MetadataKey} is {Found(metadata)}; it must be an object of strings.");
        foreach (var note in metadata.EnumerateObject())
            _metadata[note.Name] = note.Value.ValueKind == JsonValueKind.String
                ? note.Value.GetString() ?? ""
                : throw new SafetensorsException(_path, $"{MetadataKey} '{Clip(note.Name)}' is {Found(note.Value)}; it must be a string.");
    }

    private SafetensorsEntry ParseEntry(string name, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw Broken(name, $"its entry is {Found(entry)}; it must be an object with dtype, shape and data_offsets.");
        if (!entry.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw Broken(name, "its entry has no 'dtype' that is a string.");
        if (!SafetensorsTypes.TryGetType(dtype.GetString() ?? "", out var type))
            throw Broken(name, $"its dtype is {Found(dtype)}; the types read here are {SafetensorsTypes.AllNames}.");

        var shape = ParseNumbers(name, entry, "shape");
        var offsets = ParseNumbers(name, entry, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Broken(name, $"its data_offsets are {Found(offsets)}; they must be [begin, end] with begin <= end.");

        var needed = ByteCount(name, type, shape);
        if (needed != offsets[1] - offsets[0])
            throw Broken(name, $"its shape {Found(shape)} of {dtype} takes {needed} bytes, but its data_offsets {Found(offsets)} "
                + $"hold {offsets[1] - offsets[0]}.");
        return new(name, type, Array.AsReadOnly(shape), offsets[0], needed);
    }

    private long[] ParseNumbers(string name, JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array)
            throw Broken(name, $"its entry has no '{key}' that is an array of whole numbers.");
        return [.. array.EnumerateArray().Select(number =>
            number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value) && value >= 0
                ? value
                : throw Broken(name, $"its '{key}' holds {Found(number)}; whole numbers from 0 to {long.MaxValue} may stand there."))];
    }

    // A dimension of 0 counts as 1 for the check: torch computes strides that way, and they must not overflow either.
    private long ByteCount(string name, ScalarType type, long[] shape)
    {
        try
        {
            var strided = shape.Aggregate((long)SafetensorsTypes.SizeOf(type), (product, size) => checked(product * Math.Max(size, 1)));
            return shape.Contains(0) ? 0 : strided;
        }
        catch (OverflowException)
        {
            throw Broken(name, $"its shape {Found(shape)} takes more than {long.MaxValue} bytes.");
        }
    }

    private void RequireNoHoles(long dataBytes)
    {
        Entries = [.. _entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.ByteCount)];
        var end = 0L;
        foreach (var entry in Entries)
        {
            if (entry.Begin != end)
                throw Broken(entry.Name, $"its bytes begin at {entry.Begin}, but those before it end at {end}; tensors neither overlap nor "
                    + "leave holes.");
            end += entry.ByteCount;
            if (end > dataBytes)
                throw Broken(entry.Name, $"its bytes end at {end}, but only {dataBytes} bytes follow the header. The file is cut off or "
                    + "damaged; copy or download it again.");
        }

        if (end != dataBytes)
            throw new SafetensorsException(_path, $"its tensors end at byte {end} after the header, but {dataBytes} bytes follow; nothing "
                + "may stand behind the last tensor.");
    }

    private SafetensorsException Broken(string name, string problem) => new(_path, $"tensor '{Clip(name)}': {problem}");

    private static string Found(JsonElement element) => Clip(element.GetRawText());

    private static string Found(long[] numbers) => Clip($"[{string.Join(", ", numbers)}]");

    /// <summary>The beginning of a text: a damaged header may hold a name of megabytes, and a message should not.</summary>
    internal static string Clip(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
