using Cohort.Kernels;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Kernels;

/// <summary>Attention over packed groups against the same in float64, one sequence at a time.</summary>
public sealed class AttentionKernelTests
{
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const int Positions = 100;

    // Tiles of 24 queries and panels of 32 keys are passed, met exactly and left unfilled; one completion is empty.
    private static readonly PackedGroup[] Groups = [new(0, 5, [30, 0, 3]), new(38, 40, [1, 56]), new(135, 64, [])];

    public static TheoryData<int, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int>();
            foreach (var bits in Enum.GetValues<VectorBits>())
            {
                cases.Add((int)bits, 40, int.MaxValue);
                cases.Add((int)bits, 64, 33);
                cases.Add((int)bits, 6, 7);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_gradients_are_those_of_each_sequence_alone_with_every_width_of_vectors(int bits, int size, int window)
    {
        using var scope = NewDisposeScope();
        var tokens = Groups.Sum(group => group.Tokens);
        Tensor[] inputs = [Wave(tokens, Heads, size, 0.7), Wave(tokens, KeyValueHeads, size, 1.3), Wave(tokens, KeyValueHeads, size, 0.4)];
        var incoming = Wave(tokens, Heads, size, 2.1);
        using var rotary = new Rotary(new Rope(), size);
        var (cos, sin) = rotary.Upto(Positions, CPU);
        var shape = new AttentionShape
        {
            Heads = Heads,
            KeyValueHeads = KeyValueHeads,
            HeadSize = size,
            Scale = 1.7f,
            Window = window,
            Groups = Groups,
            Cosines = TensorNumbers.Of(cos),
            Sines = TensorNumbers.Of(sin),
        };

        Tensor[] exact = [.. inputs.Select(input => input.to_type(ScalarType.Float64).requires_grad_(true))];
        var expected = Sequences(exact, cos, sin, window);
        (expected * incoming).sum().backward();

        foreach (var threads in new[] { 1, 3 })
        {
            var output = full_like(incoming, 9);
            Vectors.Run(new AttentionForward(shape, Inputs(inputs), TensorNumbers.Of(output)), shape.Tasks, threads, (VectorBits)bits);
            Numbers.Same(expected, output, 2e-5);
            Tensor[] gradients = [.. inputs.Select(input => full_like(input, 9))];
            Vectors.Run(
                new AttentionBackward(shape, Inputs(inputs), TensorNumbers.Of(incoming), Inputs(gradients)), shape.Tasks, threads, (VectorBits)bits);
            foreach (var (one, other) in exact.Zip(gradients))
                Numbers.Same(one.grad!, other, 2e-4);
        }
    }

    [Fact]
    public void Numbers_beyond_the_end_are_refused()
    {
        using var scope = NewDisposeScope();
        var numbers = TensorNumbers.Of(tensor(new[] { 3f, 5f, 7f }));
        Assert.Equal([5f, 7f], numbers.Slice(1, 2).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => numbers.Slice(2, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => numbers.Slice(-1, 2).Length);
        Assert.StartsWith(
            "Kernels read contiguous float32 tensors on the CPU.",
            Assert.Throws<ArgumentException>(() => TensorNumbers.Of(ones(2, 3).transpose(0, 1))).Message, StringComparison.Ordinal);
    }

    private static AttentionInputs Inputs(Tensor[] three) => new(TensorNumbers.Of(three[0]), TensorNumbers.Of(three[1]), TensorNumbers.Of(three[2]));

    private static Tensor Wave(int tokens, int heads, int size, double step) =>
        (arange(tokens * heads * size, ScalarType.Float64) * step).sin().view(tokens, heads, size).to_type(ScalarType.Float32);

    // softmax(scale q k') v of prompt and completion, token by token, with a mask; each prompt once.
    private static Tensor Sequences(Tensor[] inputs, Tensor cos, Tensor sin, int window)
    {
        var outputs = new List<Tensor>();
        foreach (var group in Groups)
        {
            var prompt = Enumerable.Range(group.First, group.PromptLength).Select(token => (long)token).ToArray();
            foreach (var part in group.Parts())
            {
                var own = Enumerable.Range(part.First, part.Length).Select(token => (long)token);
                long[] sequence = part.Position == 0 ? prompt : [.. prompt, .. own];
                var (query, key, value) = (Turned(inputs[0], sequence), Turned(inputs[1], sequence), Taken(inputs[2], sequence));
                var length = sequence.Length;
                var seen = ones(length, length).tril().triu(Math.Max(1 - window, -length)).to_type(ScalarType.Bool);
                var scores = matmul(query, key.repeat_interleave(Heads / KeyValueHeads, dim: 0).transpose(1, 2)) * 1.7f;
                var mixed = matmul(
                    scores.masked_fill(seen.logical_not(), double.NegativeInfinity).softmax(-1), value.repeat_interleave(Heads / KeyValueHeads, dim: 0));
                outputs.Add(mixed.transpose(0, 1).narrow(0, part.Position, part.Length));
            }
        }

        return cat(outputs);

        Tensor Turned(Tensor numbers, long[] sequence) => Rotary.Apply(
            Taken(numbers, sequence), cos.narrow(0, 0, sequence.Length).to_type(ScalarType.Float64), sin.narrow(0, 0, sequence.Length).to_type(ScalarType.Float64));

        // [heads, positions, d]
        static Tensor Taken(Tensor numbers, long[] sequence) => numbers.index_select(0, tensor(sequence)).transpose(0, 1);
    }
}
