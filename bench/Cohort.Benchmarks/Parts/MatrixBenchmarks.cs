using BenchmarkDotNet.Attributes;
using Cohort.Engine;
using Cohort.Kernels;

namespace Cohort.Benchmarks.Parts;

/// <summary>Rows times a matrix of the tiny shape's feed-forward layer, [1376, 256], on one core.</summary>
public class MatrixBenchmarks
{
    private const int Inputs = 256, Outputs = 1376;
    private readonly float[] _rows = new float[64 * Inputs];
    private readonly float[] _results = new float[64 * Outputs];
    private PackedMatrix _matrix = new(Outputs, Inputs, PackedType.Float32);

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

        _matrix = new(Outputs, Inputs, Enum.Parse<PackedType>(Weights));
        _matrix.Fill([.. Enumerable.Range(0, Outputs * Inputs).Select(_ => random.NextSingle() - 0.5f)], row => row);
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
        where T : struct, ILanes<T>
    {
        for (var panel = 0; panel < _matrix.Panels; panel++)
        {
            MatrixKernel.Multiply<T>(
                in _rows[0], Inputs, in _matrix.Begin(panel), _matrix.Type, Inputs, ref _results[panel * PackedMatrix.Panel], Outputs, Rows);
        }
    }
}
