using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>A tensor under its name in a file, and the type that it has there.</summary>
internal readonly record struct StoredTensor(string Name, Tensor Tensor, ScalarType Type)
{
    /// <summary>Its size in the file.</summary>
    public long ByteCount => Tensor.numel() * SafetensorsTypes.SizeOf(Type);
}

/// <summary>Writes one safetensors file: the header is made from shapes alone, then tensors stream out one by one.</summary>
internal sealed class SafetensorsWriter
{
    // Tensors begin at a multiple of this, so that a reader may use the mapped file as it lies.
    private const int Alignment = 8;

    private readonly StoredTensor[] _tensors;
    private readonly byte[] _header;

    public SafetensorsWriter(IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        _tensors = [.. tensors
            .OrderBy(entry => SafetensorsTypes.Rank(entry.Type))
            .ThenBy(entry => entry.Name, StringComparer.Ordinal)];
        var names = new HashSet<string>();
        foreach (var (name, _, type) in _tensors)
        {
            if (name == SafetensorsHeader.MetadataKey)
                throw new ArgumentException($"No tensor may be named '{name}': the header keeps its notes there.", nameof(tensors));
            if (!names.Add(name))
                throw new ArgumentException($"Two tensors are named '{name}'; names must be unique.", nameof(tensors));
            if (!SafetensorsTypes.Has(type))
                throw new ArgumentException(
                    $"Tensor '{name}' is {type}; the types written here are {SafetensorsTypes.AllNames}.", nameof(tensors));
        }

        _header = Header(metadata);
    }

    /// <summary>Writes to a temporary file, flushes and renames it over <paramref name="path"/>.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)_header.Length);
        stream.Write(length);
        stream.Write(_header);
        foreach (var stored in _tensors)
            WriteBytes(stream, stored);
    });

    // In portions, so that neither another type nor another device makes a second copy of a whole tensor.
    private static void WriteBytes(Stream stream, StoredTensor stored)
    {
        using var scope = NewDisposeScope();
        var flat = stored.Tensor.detach().contiguous().flatten();
        var portion = SafetensorsFile.CopyBytes / SafetensorsTypes.SizeOf(stored.Type);
        for (var first = 0L; first < flat.numel(); first += portion)
        {
            using var part = NewDisposeScope();
            var numbers = flat.narrow(0, first, Math.Min(portion, flat.numel() - first));
            numbers.to(CPU).to_type(stored.Type).WriteBytesToStream(stream, SafetensorsFile.CopyBytes);
        }
    }

    private byte[] Header(IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
                WriteMetadata(json, metadata);
            WriteEntries(json);
            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        if (buffer.Length > SafetensorsHeader.LongestHeader)
            throw new ArgumentException(
                $"The header takes {buffer.Length} bytes; at most {SafetensorsHeader.LongestHeader} can be read back.", nameof(metadata));
        return buffer.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(note => note.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private void WriteEntries(Utf8JsonWriter json)
    {
        var begin = 0L;
        foreach (var stored in _tensors)
        {
            var end = begin + stored.ByteCount;
            json.WriteStartObject(stored.Name);
            json.WriteString("dtype", SafetensorsTypes.NameOf(stored.Type));
            WriteNumbers(json, "shape", stored.Tensor.shape);
            WriteNumbers(json, "data_offsets", [begin, end]);
            json.WriteEndObject();
            begin = end;
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, long[] numbers)
    {
        json.WriteStartArray(key);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
