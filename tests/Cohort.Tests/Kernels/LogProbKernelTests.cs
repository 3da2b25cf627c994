using Cohort.Kernels;
using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Kernels;

/// <summary>Log-probabilities of tokens and entropies in one pass against the same of the tensor library in float64.</summary>
public sealed class LogProbKernelTests
{
    // More rows than a task has; several chunks; one row, and fewer numbers than a vector has. No width of vectors divides a row.
    public static TheoryData<int, int, int, double> Cases
    {
        get
        {
            var data = new TheoryData<int, int, int, double>();
            foreach (var bits in Enum.GetValues<VectorBits>())
            {
                data.Add((int)bits, 501, 139, 1);
                data.Add((int)bits, 3, (2 * LogitRows.Chunk) + 37, 0.7);
                data.Add((int)bits, 1, 3, 1.9);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_width_of_vectors_has_the_librarys_values_and_gradients(int bits, int rows, int size, double temperature)
    {
        using var scope = NewDisposeScope();
        var (logits, tokens) = Masked(rows, size);
        var incoming = Wave(1.1, 2, rows);
        var exact = Exact(logits);
        var distribution = TokenLogProbs.Distribution(exact, temperature);
        var expected = stack([TokenLogProbs.Of(distribution, tokens), Entropy.PerToken(distribution)]);
        (expected * incoming).sum().backward();

        var given = new LogitRows(Of(logits), size, tokens.data<long>().ToArray(), temperature);
        Assert.Equal(rows > 500, given.Tasks > 1);
        var (output, ofLogits) = (full([2, rows], 9f), full_like(logits, 9));
        Run(new LogProbForward(given, Of(output)), given.Tasks, bits);
        Run(new LogProbBackward(given, Of(incoming), Of(ofLogits)), given.Tasks, bits);
        Numbers.Same(expected, output, 1e-5);
        Numbers.Same(exact.grad!, ofLogits, 2e-6);
        Assert.Equal(0, ofLogits[logits.isneginf()].count_nonzero().item<long>());
    }

    // Half of the entropies have no gradient.
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_whose_entropy_has_no_gradient_has_that_of_its_log_probability_alone(int bits, int rows, int size, double temperature)
    {
        using var scope = NewDisposeScope();
        var (logits, tokens) = Masked(rows, size);
        var incoming = Wave(1.1, 2, rows);
        incoming[1].zero_();
        var exact = Exact(logits);
        (TokenLogProbs.Of(TokenLogProbs.Distribution(exact, temperature), tokens) * incoming[0]).sum().backward();

        var given = new LogitRows(Of(logits), size, tokens.data<long>().ToArray(), temperature);
        var ofLogits = full_like(logits, 9);
        Run(new LogProbBackward(given, Of(incoming), Of(ofLogits)), given.Tasks, bits);
        Numbers.Same(exact.grad!, ofLogits, 2e-6);
        Assert.Equal(0, ofLogits[logits.isneginf()].count_nonzero().item<long>());
    }

    // One logit 0.4, all others -0.3: s = 1 + (V - 1) e^-0.7. One by one in float32 the same small number would be added to ever larger sums.
    [Theory]
    [MemberData(nameof(FusedOperationTests.Widths), MemberType = typeof(FusedOperationTests))]
    public void A_large_vocabulary_is_added_up_exactly(int bits)
    {
        using var scope = NewDisposeScope();
        const int Size = 151_936;
        var logits = full([1, Size], -0.3f);
        logits[0, 0] = 0.4f;
        var sum = 1 + ((Size - 1) * Math.Exp(-0.7));
        var output = full([2, 1], 9f);
        var given = new LogitRows(Of(logits), Size, [77], 1);
        Run(new LogProbForward(given, Of(output)), given.Tasks, bits);
        Numbers.Same([-0.7 - Math.Log(sum), Math.Log(sum) + (0.7 * (sum - 1) / sum)], output, 5e-6);
    }

    [Theory]
    [MemberData(nameof(FusedOperationTests.Widths), MemberType = typeof(FusedOperationTests))]
    public void A_logit_that_is_no_number_makes_its_row_none_wherever_it_stands(int bits)
    {
        using var scope = NewDisposeScope();
        foreach (var place in new[] { 0, 7, 36 })
        {
            var logits = Wave(0.7, 2, 37);
            logits[1, place] = float.NaN;
            var output = full([2, 2], 9f);
            var given = new LogitRows(Of(logits), 37, [5, 11], 1);
            Run(new LogProbForward(given, Of(output)), given.Tasks, bits);
            Assert.Equal([true, false, true, false], output.isfinite().data<bool>().ToArray());
        }
    }

    // Every fifth logit of rows other than the first is -inf, the token's never.
    private static (Tensor Logits, Tensor Tokens) Masked(int rows, int size)
    {
        var logits = Wave(0.7, rows, size) * 6;
        var tokens = (arange(rows, ScalarType.Int64) * 31) % size;
        var masked = ((arange((long)rows * size).view(rows, size) % 5) == 2).logical_and(arange(rows).unsqueeze(1) > 0)
            .logical_and(arange(size) != tokens.unsqueeze(1));
        return (logits.masked_fill(masked, float.NegativeInfinity), tokens);
    }

    private static void Run(IKernel kernel, int tasks, int bits) => Vectors.Run(kernel, tasks, threads: 2, (VectorBits)bits);

    private static Floats Of(Tensor tensor) => TensorNumbers.Of(tensor);

    private static Tensor Exact(Tensor tensor) => tensor.to_type(ScalarType.Float64).requires_grad_(true);

    private static Tensor Wave(double step, params long[] shape) =>
        ((arange(shape.Aggregate(1L, (product, size) => product * size), ScalarType.Float64) * step).sin() + 0.3).view(shape).to_type(ScalarType.Float32);
}
