using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cohort.Kernels;

/// <summary>How the numbers of a <see cref="PackedMatrix"/> are held.</summary>
internal enum PackedType
{
    Float32,

    /// <summary>Rounded to the nearest, ties to even.</summary>
    BFloat16,
}

/// <summary>
/// The matrix [outputs, inputs] of a linear layer, laid out for reading from front to back: panels of 32 outputs, in each of which the 32 weights of one
/// input lie side by side. As bfloat16 a 32-bit word holds output j in its low half and output j + 16 in its high one. Outputs beyond the last are zeros.
/// </summary>
/// <param name="outputs">Rows of the matrix.</param>
/// <param name="inputs">Columns of the matrix.</param>
/// <param name="type">How its numbers are held.</param>
internal sealed class PackedMatrix(int outputs, int inputs, PackedType type)
{
    /// <summary>Outputs of a panel.</summary>
    public const int Panel = 32;

    // Inputs that are packed together.
    private const int Part = 16;

    private readonly Aligned<float> _words = new((long)CountPanels(outputs) * inputs * WordsPerInput(type));

    public int Outputs => outputs;

    public int Inputs => inputs;

    public PackedType Type => type;

    public int Panels => CountPanels(outputs);

    /// <summary>The first word of a panel.</summary>
    public ref float Begin(int panel) => ref _words[(long)panel * inputs * WordsPerInput(type)];

    /// <summary>Takes rows of the matrix.</summary>
    /// <param name="weights">[n, inputs], row-major.</param>
    /// <param name="outputOf">Which output each of the n rows is.</param>
    public void Fill(ReadOnlySpan<float> weights, Func<int, int> outputOf)
    {
        // A part of 32 rows by a cache line of inputs at a time, so that what is read and what is written stay near.
        var rows = weights.Length / inputs;
        for (var first = 0; first < rows; first += Panel)
        {
            for (var input = 0; input < inputs; input += Part)
            {
                for (var row = first; row < Math.Min(first + Panel, rows); row++)
                {
                    var (panel, column) = Math.DivRem(outputOf(row), Panel);
                    Put(weights.Slice((row * inputs) + input, Math.Min(Part, inputs - input)), panel, column, input);
                }
            }
        }
    }

    private void Put(ReadOnlySpan<float> weights, int panel, int column, int input)
    {
        var words = WordsPerInput(type);
        ref var to = ref Unsafe.Add(ref Begin(panel), (nint)input * words);
        if (type == PackedType.Float32)
        {
            for (var i = 0; i < weights.Length; i++)
                Unsafe.Add(ref to, (i * Panel) + column) = weights[i];

            return;
        }

        // Output j is the low half of word j, output j + 16 the high one; memory is little-endian.
        ref var halves = ref Unsafe.As<float, ushort>(ref to);
        var half = (column % words * 2) + (column / words);
        for (var i = 0; i < weights.Length; i++)
            Unsafe.Add(ref halves, (i * Panel) + half) = Rounded(weights[i]);
    }

    /// <summary>The bits of the bfloat16 number nearest to a float32 one, ties to even.</summary>
    public static ushort Rounded(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static int CountPanels(int outputs) => (outputs + Panel - 1) / Panel;

    private static int WordsPerInput(PackedType type) => type == PackedType.Float32 ? Panel : Panel / 2;
}

/// <summary>Memory that begins at a cache line, is not moved, and is zeros at first.</summary>
internal readonly struct Aligned<T>
    where T : unmanaged
{
    private const int Line = 64;
    private readonly T[] _memory;
    private readonly int _first;

    public Aligned(long length)
    {
        _memory = GC.AllocateArray<T>(checked((int)(length + (Line / Unsafe.SizeOf<T>()))), pinned: true);
        _first = (int)((Line - (Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0) % Line)) % Line) / Unsafe.SizeOf<T>();
    }

    public ref T this[long index] => ref _memory[_first + index];

    public Span<T> Span => _memory.AsSpan(_first, _memory.Length - (Line / Unsafe.SizeOf<T>()));
}
