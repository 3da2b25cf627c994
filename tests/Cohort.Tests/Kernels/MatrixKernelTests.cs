using System.Runtime.InteropServices;
using Cohort.Kernels;
using static TorchSharp.torch;

namespace Cohort.Tests.Kernels;

public sealed class MatrixKernelTests
{
    private const int Inputs = 277; // more than pass together
    private const int Outputs = 75; // several panels of every width, the last of them not full

    private static readonly Random Numbers = new(7);
    private static readonly float[] Weights = Drawn(Outputs * Inputs);
    private static readonly float[] Rounded = RoundedByTorch(Weights);
    private static readonly float[] Rows = Drawn(13 * Inputs);
    private static readonly float[] Starts = Drawn(13 * 96);

    public static TheoryData<int, bool> Vectors => new()
    {
        { 512, false }, { 512, true }, { 256, false }, { 256, true }, { 128, false }, { 128, true }, { 32, false }, { 32, true },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Products_are_sums_in_the_order_of_inputs_for_every_number_of_rows(int bits, bool narrow)
    {
        for (var count = 1; count <= 13; count++)
        {
            var results = Multiply(bits, narrow, count, startsAlike: false);
            for (var row = 0; row < count; row++)
                for (var output = 0; output < Outputs; output++)
                    Assert.Equal(Sum(Starts[(row * 96) + output], row, output, narrow), results[(row * 96) + output]);
        }
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void All_rows_may_start_alike(int bits, bool narrow)
    {
        var results = Multiply(bits, narrow, 5, startsAlike: true);
        for (var row = 0; row < 5; row++)
            for (var output = 0; output < Outputs; output++)
                Assert.Equal(Sum(Starts[output], row, output, narrow), results[(row * 96) + output]);
    }

    [Theory]
    [InlineData(16, false)]
    [InlineData(32, false)]
    [InlineData(16, true)]
    [InlineData(32, true)]
    public void Rows_are_read_back_as_they_were_packed(int panel, bool narrow)
    {
        using var matrix = Packed(panel, narrow ? PackedType.BFloat16 : PackedType.Float32);
        Span<float> row = stackalloc float[Inputs];
        for (var output = 0; output < Outputs; output++)
        {
            matrix.Read(output, row);
            for (var input = 0; input < Inputs; input++)
                Assert.Equal(Weight(output, input, narrow), row[input]);
        }
    }

    // The numbers beside each halfway point: 1 + 1/128 is the bfloat16 number after 1.
    [Theory]
    [InlineData(1.00390625f, 1f)]            // halfway, to even
    [InlineData(1.01171875f, 1.015625f)]     // halfway, to even, which is upwards
    [InlineData(1.003907f, 1.0078125f)]     // just above
    [InlineData(-3.007813f, -3.015625f)]
    [InlineData(3.4e38f, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Bfloat16_is_the_nearest_number_ties_to_even(float number, float expected)
    {
        var bits = System.Runtime.Intrinsics.Vector128.Create(BitConverter.SingleToUInt32Bits(number));
        Assert.Equal(expected, BitConverter.UInt32BitsToSingle(PackedMatrix.Rounded(bits)[2]));
    }

    private static float[] Multiply(int bits, bool narrow, int count, bool startsAlike) => bits switch
    {
        512 => Multiply<Lanes16>(narrow, count, startsAlike),
        256 => Multiply<Lanes8>(narrow, count, startsAlike),
        128 => Multiply<Lanes4>(narrow, count, startsAlike),
        _ => Multiply<Lane>(narrow, count, startsAlike),
    };

    private static float[] Multiply<T>(bool narrow, int count, bool startsAlike)
        where T : struct, ILanes<T>
    {
        using var matrix = Packed(PackedMatrix.Panel<T>(), narrow ? PackedType.BFloat16 : PackedType.Float32);
        var results = new float[count * 96];
        MatrixKernel.Multiply<T>(
            in Rows[0], Inputs, count, matrix.Panels(0, matrix.PanelCount, ahead: 1), Inputs, in Starts[0], startsAlike ? 0 : 96, ref results[0], 96);
        return results;
    }

    private static PackedMatrix Packed(int panel, PackedType type)
    {
        var matrix = new PackedMatrix(Outputs, Inputs, type, panel);
        var handle = GCHandle.Alloc(Weights, GCHandleType.Pinned);
        for (var index = 0; index < matrix.PanelCount; index++)
        {
            var rows = new nint[panel];
            for (var i = 0; i < panel && (index * panel) + i < Outputs; i++)
                rows[i] = Marshal.UnsafeAddrOfPinnedArrayElement(Weights, ((index * panel) + i) * Inputs);

            matrix.Fill(index, rows);
        }

        handle.Free();
        return matrix;
    }

    private static float Sum(float sum, int row, int output, bool narrow)
    {
        for (var input = 0; input < Inputs; input++)
            sum = MathF.FusedMultiplyAdd(Rows[(row * Inputs) + input], Weight(output, input, narrow), sum);

        return sum;
    }

    private static float Weight(int output, int input, bool narrow) => (narrow ? Rounded : Weights)[(output * Inputs) + input];

    private static float[] RoundedByTorch(float[] numbers)
    {
        using var scope = NewDisposeScope();
        return tensor(numbers).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).data<float>().ToArray();
    }

    private static float[] Drawn(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((2 * Numbers.NextDouble()) - 1))];
}
