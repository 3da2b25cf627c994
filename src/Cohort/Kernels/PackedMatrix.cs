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
/// The matrix [outputs, inputs] of a linear layer, laid out for reading from front to back: panels of some outputs, in each of which the weights of one
/// input lie side by side. As bfloat16 a 32-bit word holds an output of the panel's first half in its low bits and one of the second half in its high
/// ones. Outputs beyond the last are zeros.
/// </summary>
/// <param name="outputs">Rows of the matrix.</param>
/// <param name="inputs">Columns of the matrix.</param>
/// <param name="type">How its numbers are held.</param>
/// <param name="panel">Outputs of a panel: those that the vectors ask for which will read it, <see cref="Panel{T}"/>.</param>
internal sealed class PackedMatrix(int outputs, int inputs, PackedType type, int panel)
{
    /// <summary>Outputs of the widest panel; every other width divides it.</summary>
    public const int WidestPanel = 32;

    // Inputs that are packed together.
    private const int Part = 16;

    private readonly int _wordsPerInput = type == PackedType.Float32 ? panel : panel / 2;

    private readonly Aligned<float> _words =
        new((outputs + panel - 1) / panel * (long)inputs * (type == PackedType.Float32 ? panel : panel / 2));

    public int Outputs => outputs;

    public int Inputs => inputs;

    public int PanelCount => (outputs + panel - 1) / panel;

    /// <summary>Outputs of a panel that vectors read: two vectors, but not less than a cache line.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Panel<T>()
        where T : struct, ILanes<T> => Math.Max(16, 2 * T.Width);

    /// <summary>Half a panel.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Half<T>()
        where T : struct, ILanes<T> => Panel<T>() / 2;

    /// <summary>Some of the panels.</summary>
    public Panels Panels(int first, int count) => new(ref _words[(long)first * inputs * _wordsPerInput], inputs * _wordsPerInput, count, type);

    /// <summary>Takes rows of the matrix.</summary>
    /// <param name="weights">[n, inputs], row-major.</param>
    /// <param name="outputOf">Which output each of the n rows is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(ReadOnlySpan<float> weights, Func<int, int> outputOf)
    {
        // A panel's rows by a cache line of inputs at a time, so that what is read and what is written stay near.
        Span<int> places = stackalloc int[WidestPanel];
        var rows = weights.Length / inputs;
        for (var first = 0; first < rows; first += panel)
        {
            var taken = Math.Min(panel, rows - first);
            for (var row = 0; row < taken; row++)
                places[row] = outputOf(first + row);

            for (var input = 0; input < inputs; input += Part)
            {
                for (var row = 0; row < taken; row++)
                    Put(weights.Slice(((first + row) * inputs) + input, Math.Min(Part, inputs - input)), places[row], input);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Put(ReadOnlySpan<float> weights, int output, int input)
    {
        var column = output % panel;
        ref var to = ref _words[(((long)output / panel * inputs) + input) * _wordsPerInput];
        if (type == PackedType.Float32)
        {
            for (var i = 0; i < weights.Length; i++)
                Unsafe.Add(ref to, (i * panel) + column) = weights[i];

            return;
        }

        // Memory is little-endian.
        ref var halves = ref Unsafe.As<float, ushort>(ref to);
        var half = (column % _wordsPerInput * 2) + (column / _wordsPerInput);
        for (var i = 0; i < weights.Length; i++)
            Unsafe.Add(ref halves, (i * panel) + half) = Rounded(weights[i]);
    }

    /// <summary>The bits of the bfloat16 number nearest to a float32 one, ties to even.</summary>
    public static ushort Rounded(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
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
