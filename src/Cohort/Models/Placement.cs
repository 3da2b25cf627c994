using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>What computes.</summary>
public enum DeviceKind
{
    /// <summary>CUDA where it is available, else the processor.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA graphics card; the build must have CUDA's packages.</summary>
    Cuda,

    /// <summary>The graphics part of an Apple processor.</summary>
    Mps,
}

/// <summary>The type of a model's weights.</summary>
public enum WeightType
{
    /// <summary>What suits the device: <see cref="Bfloat16"/> on CUDA, else <see cref="Float32"/>.</summary>
    Auto,

    /// <summary>32 bits.</summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is the type's name in run files and config.json.")]
    Float32,

    /// <summary>The upper 16 bits of a float32: half the memory, 8 bits of precision. What is trained keeps float32 masters in its optimizer.</summary>
    Bfloat16,
}

/// <summary>Where a model's weights lie, and in which type.</summary>
/// <param name="Device">The device.</param>
/// <param name="Type">Float32 or BFloat16.</param>
public sealed record Placement(Device Device, ScalarType Type)
{
    /// <summary>float32 on the processor.</summary>
    public static Placement Cpu { get; } = new(CPU, ScalarType.Float32);

    /// <summary>The placement of two choices, with what they leave open.</summary>
    /// <param name="device">The device.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="ModelException">The device is not available.</exception>
    public static Placement Of(DeviceKind device, WeightType type)
    {
        var kind = Resolve(device);
        return new(
            kind switch
            {
                DeviceKind.Cpu => CPU,
                DeviceKind.Cuda => CUDA,
                DeviceKind.Mps => MPS,
                _ => throw new UnreachableException(),
            },
            ScalarTypeOf(Resolve(type, kind)));
    }

    /// <summary>The devices that this machine and this build have.</summary>
    public static IReadOnlyList<DeviceKind> Available() =>
        [DeviceKind.Cpu, .. cuda.is_available() ? [DeviceKind.Cuda] : Array.Empty<DeviceKind>(), .. mps_is_available() ? [DeviceKind.Mps] : Array.Empty<DeviceKind>()];

    /// <summary>The device that is meant.</summary>
    /// <param name="device">What was asked for.</param>
    /// <exception cref="ModelException">It is not available.</exception>
    public static DeviceKind Resolve(DeviceKind device) => device switch
    {
        DeviceKind.Auto => cuda.is_available() ? DeviceKind.Cuda : DeviceKind.Cpu,
        DeviceKind.Cpu => device,
        DeviceKind.Cuda => cuda.is_available() ? device : throw new ModelException(
            "device is cuda, but this build finds no CUDA device: either it was built without CUDA's packages, or the machine has no NVIDIA driver. Build with "
            + "COHORT_CUDA=1 (README.md, \"CUDA\"), look at `nvidia-smi`, or choose device cpu."),
        DeviceKind.Mps => mps_is_available() ? device : throw new ModelException(
            "device is mps, but Metal is not available here; it takes a Mac with an Apple processor and macOS 14 or later. Choose device cpu."),
        _ => throw new UnreachableException(),
    };

    /// <summary>The type that is meant.</summary>
    /// <param name="type">What was asked for.</param>
    /// <param name="device">The device, resolved.</param>
    public static WeightType Resolve(WeightType type, DeviceKind device) => type != WeightType.Auto ? type
        : device == DeviceKind.Cuda ? WeightType.Bfloat16 : WeightType.Float32;

    /// <summary>The tensor library's type of a choice.</summary>
    /// <param name="type">A resolved choice.</param>
    internal static ScalarType ScalarTypeOf(WeightType type) => type switch
    {
        WeightType.Float32 => ScalarType.Float32,
        WeightType.Bfloat16 => ScalarType.BFloat16,
        _ => throw new UnreachableException(),
    };

    /// <summary>Where a network's weights lie.</summary>
    /// <param name="module">A network; all its weights lie on one device.</param>
    internal static Placement Of(nn.Module module)
    {
        var first = module.parameters().First();
        return new(first.device, first.dtype);
    }

    /// <summary>Builds a network whose weights are made where they belong, so that there is never a second copy.</summary>
    /// <param name="build">Makes the network; tensors that it makes without naming device or type get these.</param>
    internal T Build<T>(Func<T> build)
    {
        var (device, type) = (get_default_device(), get_default_dtype());
        try
        {
            set_default_device(Device);
            set_default_dtype(Type);
            return build();
        }
        finally
        {
            set_default_device(device);
            set_default_dtype(type);
        }
    }
}
