using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Cohort.Engine;
using Cohort.Kernels;

namespace Cohort.Benchmarks.Parts;

/// <summary>Rows times a matrix of the tiny shape's feed-forward layer, [1376, 256], on one core.</summary>
public class MatrixBenchmarks : IDisposable
{
    private const int Inputs = 256, Outputs = 1376;
    private readonly float[] _rows = new float[64 * Inputs];
    private readonly float[] _starts = new float[Outputs];
    private readonly float[] _results = new float[64 * Outputs];
    private PackedMatrix? _matrix;

    /// <summary>Widths to compare.</summary>
    public static IEnumerable<string> Widths => PartsMode.Widths.Select(bits => $"{bits}");

    /// <summary>Rows of one product.</summary>
    [Params(1, 6, 64)]
    public int Rows { get; set; }

    /// <summary>How weights are held.</summary>
    [Params(nameof(PackedType.Float32), nameof(PackedType.BFloat16))]
    public string Weights { get; set; } = "";

    /// <summary>The vectors.</summary>
    [ParamsSource(nameof(Widths))]
    public string Width { get; set; } = "";

    /// <summary>Draws the numbers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        foreach (ref var number in _rows.AsSpan())
            number = random.NextSingle() - 0.5f;

        var panel = PackedMatrix.Panel(Enum.Parse<VectorBits>(Width));
        _matrix = new(Outputs, Inputs, Enum.Parse<PackedType>(Weights), panel);
        var weights = GC.AllocateUninitializedArray<float>(Outputs * Inputs, pinned: true);
        foreach (ref var number in weights.AsSpan())
            number = random.NextSingle() - 0.5f;

        for (var index = 0; index < _matrix.PanelCount; index++)
        {
            var rows = Enumerable.Range(index * panel, Math.Min(panel, Outputs - (index * panel)));
            _matrix.Fill(index, [.. rows.Select(row => Marshal.UnsafeAddrOfPinnedArrayElement(weights, row * Inputs))]);
        }
    }

    /// <summary>Frees the matrix.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _matrix?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>One product: 2 · rows · 1376 · 256 operations.</summary>
    [Benchmark]
    public void Product()
    {
        switch (Enum.Parse<VectorBits>(Width))
        {
            case VectorBits.Bits512: Multiply<Lanes16>(); break;
            case VectorBits.Bits256: Multiply<Lanes8>(); break;
            case VectorBits.Bits128: Multiply<Lanes4>(); break;
            default: Multiply<Lane>(); break;
        }
    }

    private void Multiply<T>()
        where T : struct, ILanes<T> => MatrixKernel.Multiply<T>(
            in _rows[0], Inputs, Rows, _matrix!.Panels(0, _matrix.PanelCount, ahead: 1), Inputs, in _starts[0], 0, ref _results[0], Outputs);
}
