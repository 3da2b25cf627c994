using Cohort.Kernels;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>The numbers of tensors, for kernels that read and write memory.</summary>
internal static class TensorNumbers
{
    /// <summary>Whether kernels compute with a tensor: float32 in the processor's own memory.</summary>
    public static bool Reach(Tensor tensor) => tensor is { dtype: ScalarType.Float32, device_type: TorchSharp.DeviceType.CPU };

    /// <summary>The numbers of a contiguous tensor that kernels <see cref="Reach"/>, valid as long as the tensor is.</summary>
    public static Floats Of(Tensor tensor)
    {
        if (!Reach(tensor) || !tensor.is_contiguous())
        {
            throw new ArgumentException("Kernels read contiguous float32 tensors on the CPU.", nameof(tensor));
        }

        if (tensor.numel() == 0)
        {
            return default;
        }

        if (tensor.numel() <= int.MaxValue / sizeof(float))
        {
            return new(Floats.AddressOf(in tensor.bytes[0]), tensor.numel());
        }

        // Its first number alone: the bytes of a tensor can only be had of small ones.
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return new(Floats.AddressOf(in tensor.detach().view(-1).narrow(0, 0, 1).bytes[0]), tensor.numel());
    }
}
