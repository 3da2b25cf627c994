using System.Runtime.InteropServices;
using Cohort.Kernels;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Kernels;

/// <summary>Optimizer steps and norms in one pass over all parameters against the tensor library's operations, one parameter after the other.</summary>
public sealed class OptimizerKernelTests
{
    // Several portions; one, which no width of vectors divides; fewer numbers than a vector; none.
    private static readonly int[] Lengths = [(2 * Portion.Largest) + 139, 1013, 3, 0];

    private static readonly AdamFactors Adam =
        new(WeightShare: 0.97, GradientDecay: 0.3, Beta1: 0.8, Beta2: 0.75, RootCorrection: 0.6, Epsilon: 0.02, Rate: 0.13);

    private static readonly SgdFactors Sgd = new(Decay: 0.3, Momentum: 0.8, Share: 0.4, Nesterov: true, Rate: 0.13);

    public static TheoryData<int, int> WidthsAndStates
    {
        get
        {
            var all = new TheoryData<int, int>();
            foreach (var bits in Enum.GetValues<VectorBits>())
            {
                for (var states = 0; states < 4; states++)
                    all.Add((int)bits, states);
            }

            return all;
        }
    }

    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 24));

    // A parameter that is not contiguous takes operations on tensors, and has the same numbers. All options are drawn, and the sizes.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void One_pass_does_what_operations_on_tensors_do(int seed)
    {
        using var scope = NewDisposeScope();
        var random = new System.Random(seed);
        var shapes = Enumerable.Range(0, random.Next(1, 6)).Select(_ => (Rows: random.Next(2, 200), Columns: random.Next(2, 200))).ToArray();
        OptimizerOptions options = seed % 3 == 0
            ? new SgdOptions { Momentum = Drawn(0.9), Dampening = Drawn(0.7), Nesterov = Flag(), WeightDecay = Drawn(0.3), MaxGradientNorm = Norm() }
            : new AdamOptions
            {
                Beta1 = Drawn(0.9),
                Beta2 = Drawn(0.99),
                Epsilon = 1e-3,
                LargestMoment = Flag(),
                DecayInGradient = Flag(),
                WeightDecay = Drawn(0.3),
                MaxGradientNorm = Norm(),
            };
        using var rows = new FreeWeights([.. shapes.Select((shape, index) => Wave(index, shape.Rows, shape.Columns))]);
        using var columns = new FreeWeights([.. shapes.Select((shape, index) => Wave(index, shape.Rows, shape.Columns).t().contiguous().t())]);
        Assert.All(Enumerable.Range(0, shapes.Length), index => Assert.False(columns[index].is_contiguous()));
        using var together = Optimizer.Create(rows, options);
        using var apart = Optimizer.Create(columns, options);
        for (var step = 0; step < 4; step++)
        {
            foreach (var (index, shape) in shapes.Index())
            {
                // Gradients that fall, so that the largest moment is not the last one.
                var gradient = Wave(index + (0.37 * step), shape.Rows, shape.Columns) / (1 + step);
                rows[index].grad = gradient.clone();
                columns[index].grad = gradient.t().contiguous().t();
            }

            var norm = apart.Step(0.01);
            Assert.Equal(norm, together.Step(0.01), 1e-6 * norm);
        }

        for (var index = 0; index < shapes.Length; index++)
            Numbers.Same(columns[index], rows[index], Tolerances.HandComputed);

        double Drawn(double most) => Flag() ? most * random.NextDouble() : 0;
        double Norm() => Flag() ? 0.5 : 1e30;
        bool Flag() => random.Next(2) == 1;
    }

    [Theory]
    [MemberData(nameof(WidthsAndStates))]
    public void Steps_of_every_width_of_vectors_and_number_of_threads_have_the_same_bits(int bits, int states)
    {
        using var scope = NewDisposeScope();
        var expected = Step(states, VectorBits.None, threads: 1);
        var found = Step(states, (VectorBits)bits, threads: 3);
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < found.Length; i++)
            Assert.Equal(Bits(expected[i]), Bits(found[i]));

        Assert.NotEqual(Bits(All(states)[0]), Bits(found[0]));
    }

    [Theory]
    [InlineData(VectorBits.None)]
    [InlineData(VectorBits.Bits128)]
    [InlineData(VectorBits.Bits256)]
    [InlineData(VectorBits.Bits512)]
    internal void Squares_of_every_width_of_vectors_are_added_as_in_float64(VectorBits bits)
    {
        using var scope = NewDisposeScope();
        var lists = Lengths.Select((length, index) => Wave(index, length)).ToArray();
        var numbers = lists.Select(TensorNumbers.Of).ToArray();
        var portions = Portion.Cut(numbers.Select(list => list.Length));
        var (sums, again) = (new double[portions.Length], new double[portions.Length]);
        Vectors.Run(new SquaresKernel(numbers, portions, sums), portions.Length, threads: 3, bits);
        Vectors.Run(new SquaresKernel(numbers, portions, again), portions.Length, threads: 1, bits);
        Assert.Equal(sums, again);
        foreach (var (task, portion) in portions.Index())
        {
            var exact = Numbers.Of(lists[portion.List]).Skip((int)portion.First).Take(portion.Count).Sum(number => number * number);
            Assert.Equal(exact, sums[task], 2e-6 * exact);
        }
    }

    [Fact]
    public void Portions_are_all_numbers_in_order() => Assert.Equal(
        [
            new(0, 0, Portion.Largest), new(0, Portion.Largest, Portion.Largest), new(0, 2 * Portion.Largest, 139), new(1, 0, 1013), new(2, 0, 3),
        ],
        Portion.Cut(Lengths.Select(length => (long)length)));

    [Fact]
    public void Step_leaves_no_tensors_and_reads_gradients_in_any_order()
    {
        using var scope = NewDisposeScope();
        using var weights = new FreeWeights(tensor(new[] { 0.5f, -1.5f, 0.7f, 0.9f, 1.1f, 1.3f }, [2, 3]));
        using var optimizer = Optimizer.Create(weights, new SgdOptions { MaxGradientNorm = 1e30 });
        weights[0].grad = tensor(new[] { 2f, 7, 3, 8, 5, 9 }, [3, 2]).t();
        LiveTensors.StayAsMany("The step", () => optimizer.Step(0.1));
        Numbers.Same([0.3, -1.8, 0.2, 0.2, 0.3, 0.4], weights[0], Tolerances.HandComputed);
    }

    // Weights, then the state, of every list after a step: of Adam with two or three states, else of stochastic gradient descent.
    private static Tensor[] Step(int states, VectorBits bits, int threads)
    {
        var all = All(states);
        var kinds = all.Chunk(Lengths.Length).ToArray();
        var gradients = Lengths.Select((length, index) => Wave(index + 0.5, length)).ToArray();
        ParameterNumbers[] numbers =
        [
            .. Lengths.Select((_, index) => new ParameterNumbers(
                TensorNumbers.Of(kinds[0][index]), TensorNumbers.Of(gradients[index]), [.. kinds.Skip(1).Select(kind => TensorNumbers.Of(kind[index]))])),
        ];
        var portions = Portion.Cut(Lengths.Select(length => (long)length));
        IKernel kernel = states > 1 ? new AdamKernel(numbers, portions, 0.7, Adam) : new SgdKernel(numbers, portions, 0.7, Sgd);
        Vectors.Run(kernel, portions.Length, threads, bits);
        return all;
    }

    // Second moments are positive, and so is everything here for that.
    private static Tensor[] All(int states) =>
        [.. Enumerable.Range(0, states + 1).SelectMany(kind => Lengths.Select((length, index) => Wave(kind + (0.1 * index), length).abs()))];

    private static byte[] Bits(Tensor tensor) => tensor.numel() == 0 ? [] : MemoryMarshal.AsBytes(tensor.data<float>().ToArray().AsSpan()).ToArray();

    private static Tensor Wave(double phase, params long[] shape) =>
        (((arange(shape.Aggregate(1L, (product, size) => product * size), ScalarType.Float64) * 0.7) + phase).sin() + 0.3).view(shape)
            .to_type(ScalarType.Float32);
}
