using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>Mean and deviation along the last dimension, over what counts, in float64 where the device has it.</summary>
internal static class Moments
{
    /// <summary>Numbers in float64; Apple's graphics have only float32.</summary>
    /// <param name="values">Any shape and type.</param>
    /// <returns>Same shape, owned by the caller's scope.</returns>
    public static Tensor Precise(Tensor values) => values.to_type(values.device_type == DeviceType.MPS ? ScalarType.Float32 : ScalarType.Float64);

    /// <summary>x - mean. Exactly 0 where all that counts is equal, which a rounded mean would miss and a small deviation then blow up.</summary>
    /// <param name="values">[..., N], floating.</param>
    /// <param name="mask">Same shape, bool; true counts.</param>
    /// <returns>Same shape, float64, 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor Centred(Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var precise = Precise(values);
        var highest = precise.masked_fill(~mask, double.NegativeInfinity).amax([-1], keepdim: true);
        var below = (precise - highest).masked_fill(~mask, 0);
        return (below - (below.sum(-1, keepdim: true) / Number(mask).clamp(min: 1))).masked_fill(~mask, 0).MoveToOuterDisposeScope();
    }

    /// <summary>sqrt(sum of (x - mean)^2 / (n - correction)); exactly 0 where fewer than two count, and where all are equal.</summary>
    /// <param name="values">[..., N], floating.</param>
    /// <param name="mask">Same shape, bool; true counts.</param>
    /// <param name="correction">0 for the population's, 1 for the sample's (Bessel).</param>
    /// <returns>[..., 1], float64, owned by the caller's scope.</returns>
    public static Tensor Deviation(Tensor values, Tensor mask, int correction)
    {
        using var scope = NewDisposeScope();
        var squares = Centred(values, mask).square().sum(-1, keepdim: true);
        return (squares / (Number(mask) - correction).clamp(min: 1)).sqrt().MoveToOuterDisposeScope();
    }

    /// <summary>How many count.</summary>
    /// <param name="mask">[..., N] bool.</param>
    /// <returns>[..., 1], float64, owned by the caller's scope.</returns>
    public static Tensor Number(Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Precise(mask.sum(-1, keepdim: true)).MoveToOuterDisposeScope();
    }
}
