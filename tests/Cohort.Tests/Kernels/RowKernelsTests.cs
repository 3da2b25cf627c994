using Cohort.Kernels;

namespace Cohort.Tests.Kernels;

/// <summary>Rows of 37 numbers: whole vectors of every width, and a rest.</summary>
public sealed class RowKernelsTests
{
    private static readonly float[] Row = [.. Enumerable.Range(0, 37).Select(i => (float)Math.Sin(1.7 * i) * (1 + (i / 9f)))];

    public static TheoryData<int> Vectors => [512, 256, 128, 32];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Rows_are_normalized_by_their_root_mean_square(int bits)
    {
        float[] weights = [.. Row.Select((_, i) => 1 + (i / 50f))], output = new float[Row.Length];
        var norm = new NormWeights(IsCentered: false, 1e-5, weights, []);
        Run(bits, () => RowKernels.Normalize<Lanes16>(Row, norm, output), () => RowKernels.Normalize<Lanes8>(Row, norm, output),
            () => RowKernels.Normalize<Lanes4>(Row, norm, output), () => RowKernels.Normalize<Lane>(Row, norm, output));
        var scale = 1 / Math.Sqrt(Row.Average(x => (double)x * x) + 1e-5);
        for (var i = 0; i < Row.Length; i++)
            Assert.Equal(Row[i] * scale * weights[i], output[i], 1e-5);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Layer_norms_take_the_mean_off_and_add_biases(int bits)
    {
        float[] weights = [.. Row.Select((_, i) => 1 - (i / 90f))], biases = [.. Row.Select((_, i) => i / 7f)], output = new float[Row.Length];
        var norm = new NormWeights(IsCentered: true, 1e-5, weights, biases);
        Run(bits, () => RowKernels.Normalize<Lanes16>(Row, norm, output), () => RowKernels.Normalize<Lanes8>(Row, norm, output),
            () => RowKernels.Normalize<Lanes4>(Row, norm, output), () => RowKernels.Normalize<Lane>(Row, norm, output));
        var mean = Row.Average(x => (double)x);
        var scale = 1 / Math.Sqrt(Row.Average(x => (x - mean) * (x - mean)) + 1e-5);
        for (var i = 0; i < Row.Length; i++)
            Assert.Equal(((Row[i] - mean) * scale * weights[i]) + biases[i], output[i], 1e-5);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Exponentials_are_those_of_double_precision_rounded(int bits)
    {
        float[] numbers = [.. Enumerable.Range(0, 1001).Select(i => -87 + (i * 0.087f))], output = [.. numbers];
        var sum = 0f;
        Run(bits, () => sum = RowKernels.Exponentials<Lanes16>(output, 0), () => sum = RowKernels.Exponentials<Lanes8>(output, 0),
            () => sum = RowKernels.Exponentials<Lanes4>(output, 0), () => sum = RowKernels.Exponentials<Lane>(output, 0));
        for (var i = 0; i < numbers.Length; i++)
            Assert.Equal(1, output[i] / Math.Exp(numbers[i]), 3e-7);

        Assert.Equal(1, sum / numbers.Sum(x => Math.Exp(x)), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Largest_number_is_found_wherever_it_stands(int bits)
    {
        for (var place = 0; place < Row.Length; place++)
        {
            float[] numbers = [.. Row];
            numbers[place] = 11.5f;
            var largest = 0f;
            Run(bits, () => largest = RowKernels.Largest<Lanes16>(numbers), () => largest = RowKernels.Largest<Lanes8>(numbers),
                () => largest = RowKernels.Largest<Lanes4>(numbers), () => largest = RowKernels.Largest<Lane>(numbers));
            Assert.Equal(11.5f, largest);
        }
    }

    private static void Run(int bits, Action on512, Action on256, Action on128, Action onOne) =>
        (bits switch { 512 => on512, 256 => on256, 128 => on128, _ => onOne })();
}
