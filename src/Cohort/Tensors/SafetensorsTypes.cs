using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>The element types of the safetensors format that torch tensors have too: their names and their sizes in bytes.</summary>
internal static class SafetensorsTypes
{
    // In the order in which the format's own library writes them: the larger type first, so that every tensor is aligned.
    private static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("I64", ScalarType.Int64, 8), ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("I32", ScalarType.Int32, 4),
        ("BF16", ScalarType.BFloat16, 2), ("F16", ScalarType.Float16, 2), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>"I64, F64, ...", for messages.</summary>
    public static string AllNames { get; } = string.Join(", ", Known.Select(known => known.Name));

    /// <summary>The type of a name in a file, or that there is none.</summary>
    public static bool TryGetType(string name, out ScalarType type)
    {
        var index = Array.FindIndex(Known, known => known.Name == name);
        type = index < 0 ? default : Known[index].Type;
        return index >= 0;
    }

    /// <summary>Whether a type has a name in a file.</summary>
    public static bool Has(ScalarType type) => Rank(type) >= 0;

    /// <summary>The name of a type that a file may have.</summary>
    public static string NameOf(ScalarType type) => Known[Rank(type)].Name;

    /// <summary>Bytes of one element of a type that a file may have.</summary>
    public static int SizeOf(ScalarType type) => Known[Rank(type)].Size;

    /// <summary>The place of a type's tensors in a file, the first lowest; negative where a file has no such type.</summary>
    public static int Rank(ScalarType type) => Array.FindIndex(Known, known => known.Type == type);
}
