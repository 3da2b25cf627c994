using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>The element types of the safetensors format that torch tensors have too: their names and their sizes in bytes.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>"F64, F32, ...", for messages.</summary>
    public static string AllNames { get; } = string.Join(", ", Known.Select(known => known.Name));

    /// <summary>The type of a name in a file, or that there is none.</summary>
    public static bool TryGetType(string name, out ScalarType type)
    {
        var index = Array.FindIndex(Known, known => known.Name == name);
        type = index < 0 ? default : Known[index].Type;
        return index >= 0;
    }

    /// <summary>The name of a type in a file, or that there is none.</summary>
    public static bool TryGetName(ScalarType type, out string name)
    {
        var index = Array.FindIndex(Known, known => known.Type == type);
        name = index < 0 ? "" : Known[index].Name;
        return index >= 0;
    }

    /// <summary>Bytes of one element of a known type.</summary>
    public static int SizeOf(ScalarType type) => Known.First(known => known.Type == type).Size;
}
