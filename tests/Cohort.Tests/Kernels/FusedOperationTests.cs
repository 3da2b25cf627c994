using Cohort.Kernels;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Kernels;

/// <summary>Norms and gates in one pass against the same of the tensor library in float64.</summary>
public sealed class FusedOperationTests
{
    // More rows than a task has, and rows that no width of vectors divides.
    private const int Rows = 131;
    private const int Size = 139;
    private const double Epsilon = 0.03;

    public static TheoryData<int> Widths => new(Enum.GetValues<VectorBits>().Select(bits => (int)bits));

    [Theory]
    [MemberData(nameof(Widths))]
    public void Norm_of_every_width_of_vectors_has_the_librarys_values_and_gradients(int bits)
    {
        using var scope = NewDisposeScope();
        var (input, weight, incoming) = (Wave(0.7, Rows, Size), Wave(1.9, Size), Wave(1.1, Rows, Size));
        var (x, w) = (Exact(input), Exact(weight));
        var expected = x * (x.square().mean([-1], keepdim: true) + Epsilon).rsqrt() * w;
        (expected * incoming).sum().backward();
        var tasks = NormForward.Tasks(Rows);
        Assert.Equal(3, tasks);
        var (output, ofInput, ofWeights) = (full_like(input, 9), full_like(input, 9), full([tasks, Size], 9f));
        Run(new NormForward(Of(input), Of(weight), Epsilon, Of(output)), tasks, bits);
        Run(new NormBackward(Of(input), Of(weight), Epsilon, Of(incoming), Of(ofInput), Of(ofWeights)), tasks, bits);
        Numbers.Same(expected, output, 5e-6);
        Numbers.Same(x.grad!, ofInput, 5e-6);
        Numbers.Same(w.grad!, ofWeights.sum([0L]), 5e-5);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Gate_of_every_width_of_vectors_has_the_librarys_values_and_gradients(int bits)
    {
        using var scope = NewDisposeScope();
        var (gate, value, incoming) = (Wave(0.7, Rows, Size) * 12, Wave(1.9, Rows, Size), Wave(1.1, Rows, Size));
        var (x, u) = (Exact(gate), Exact(value));
        var expected = nn.functional.silu(x) * u;
        (expected * incoming).sum().backward();
        var tasks = GateForward.Tasks(Rows * Size);
        Assert.Equal(2, tasks);
        var (output, ofGate, ofValue) = (full_like(gate, 9), full_like(gate, 9), full_like(gate, 9));
        Run(new GateForward(Of(gate), Of(value), Of(output)), tasks, bits);
        Run(new GateBackward(Of(gate), Of(value), Of(incoming), Of(ofGate), Of(ofValue)), tasks, bits);
        Numbers.Same(expected, output, 5e-6);
        Numbers.Same(x.grad!, ofGate, 5e-6);
        Numbers.Same(u.grad!, ofValue, 5e-6);
    }

    private static void Run(IKernel kernel, int tasks, int bits) => Vectors.Run(kernel, tasks, threads: 2, (VectorBits)bits);

    private static Floats Of(Tensor tensor) => TensorNumbers.Of(tensor);

    private static Tensor Exact(Tensor tensor) => tensor.to_type(ScalarType.Float64).requires_grad_(true);

    private static Tensor Wave(double step, params long[] shape) =>
        ((arange(shape.Aggregate(1L, (product, size) => product * size), ScalarType.Float64) * step).sin() + 0.3).view(shape).to_type(ScalarType.Float32);
}
