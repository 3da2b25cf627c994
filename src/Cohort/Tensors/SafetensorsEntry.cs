using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>What a safetensors header says of one tensor.</summary>
/// <param name="Name">Its name; unique in the file.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, each at least 0; empty for a scalar.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="ByteCount">Its size in bytes.</param>
public sealed record SafetensorsEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Begin, long ByteCount);
