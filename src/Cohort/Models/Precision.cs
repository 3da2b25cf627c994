using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Computing in another precision than weights or inputs are stored in.</summary>
internal static class Precision
{
    /// <summary>The tensor in a type: itself where it has that type already.</summary>
    /// <param name="value">Any shape; keeps its owner where it is returned.</param>
    /// <param name="type">A floating type.</param>
    /// <returns>The argument, or a tensor owned by the caller's scope; carries gradient.</returns>
    public static Tensor As(Tensor value, ScalarType type) => value.dtype == type ? value : value.to_type(type);

    /// <summary>The type that norms compute in: float32, or float64 where the input has it.</summary>
    /// <param name="type">The input's.</param>
    public static ScalarType Wide(ScalarType type) => type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
}
