using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
internal sealed class PackedMatrix(int outputs, int inputs, PackedType type, int panel) : IDisposable
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

    /// <summary>The same, by the vectors' width.</summary>
    public static int Panel(VectorBits vectors) => vectors == VectorBits.Bits512 ? Panel<Lanes16>() : Panel<Lanes8>();

    /// <summary>The smallest multiple of the widest panel that is not below a number.</summary>
    public static int RoundUp(int number) => (number + WidestPanel - 1) / WidestPanel * WidestPanel;

    /// <summary>Half a panel.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Half<T>()
        where T : struct, ILanes<T> => Panel<T>() / 2;

    /// <summary>Some of the panels.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="ahead">Of <see cref="Kernels.Panels"/>.</param>
    public Panels Panels(int first, int count, int ahead) => new(ref _words[(long)first * inputs * _wordsPerInput], inputs * _wordsPerInput, count, type, ahead);

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _words.Dispose();

    /// <summary>Takes the rows of one panel.</summary>
    /// <param name="index">Which panel.</param>
    /// <param name="rows">[panel] where the weights [inputs] of each of its outputs lie; 0 where there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Fill(int index, ReadOnlySpan<nint> rows)
    {
        // So many inputs at a time that what is read and what is written stay near.
        var block = stackalloc float[Part * WidestPanel];
        var words = (float*)Unsafe.AsPointer(ref _words[(long)index * inputs * _wordsPerInput]);
        for (var first = 0; first < inputs; first += Part)
        {
            var taken = Math.Min(Part, inputs - first);
            var to = type == PackedType.Float32 ? words + (first * panel) : block;
            for (var row = 0; row < rows.Length; row++)
            {
                var from = (float*)rows[row];
                for (var i = 0; i < taken; i++)
                    to[(i * panel) + row] = from is null ? 0 : from[first + i];
            }

            if (type == PackedType.BFloat16)
                Narrow((uint*)block, (uint*)words + (first * _wordsPerInput), taken);
        }
    }

    /// <summary>Reads a row of the matrix back.</summary>
    /// <param name="output">Which.</param>
    /// <param name="numbers">[inputs], filled.</param>
    public void Read(int output, Span<float> numbers)
    {
        var column = output % panel;
        ref var from = ref _words[(long)output / panel * inputs * _wordsPerInput];
        for (var i = 0; i < numbers.Length; i++)
        {
            ref var word = ref Unsafe.Add(ref from, (i * _wordsPerInput) + (column % _wordsPerInput));
            numbers[i] = type == PackedType.Float32 ? word
                : BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(word) << (column < _wordsPerInput ? 16 : 0)) & 0xFFFF0000);
        }
    }

    /// <summary>The bits of the bfloat16 number nearest to each float32 one, ties to even, in the high half of a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Rounded(Vector128<uint> bits)
    {
        var even = (bits >>> 16) & Vector128.Create(1u);
        var rounded = bits + Vector128.Create(0x7FFFu) + even;
        return Vector128.ConditionalSelect(Vector128.IsNaN(bits.AsSingle()).AsUInt32(), bits, rounded) & Vector128.Create(0xFFFF0000u);
    }

    private unsafe void Narrow(uint* from, uint* to, int count)
    {
        var half = panel / 2;
        for (var i = 0; i < count; i++, from += panel, to += half)
        {
            for (var j = 0; j < half; j += Vector128<uint>.Count)
                ((Rounded(Vector128.Load(from + j)) >>> 16) | Rounded(Vector128.Load(from + half + j))).Store(to + j);
        }
    }
}
