using BenchmarkDotNet.Attributes;
using Cohort.Benchmarks.Runs;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Models;
using Cohort.Tensors;

namespace Cohort.Benchmarks.Parts;

/// <summary>The engine's packing of weights, and one token of every row: with few tokens behind it the layers, with many of them attention.</summary>
public class EngineBenchmarks : IDisposable
{
    private const int PromptLength = 16, LongestCompletion = 512;
    private readonly ModelConfig _config = BenchmarkModel.Config(ModelShape.Tiny);
    private LanguageModel? _model;
    private Team? _team;
    private EngineWeights? _weights;
    private IForward? _forward;
    private RowPlace[] _places = [];
    private int[] _drawn = [];
    private double[] _uniforms = [];

    /// <summary>Rows that grow together.</summary>
    [Params(1, 64)]
    public int Rows { get; set; }

    /// <summary>Tokens of each completion so far.</summary>
    [Params(1, 64, 512)]
    public int Length { get; set; }

    /// <summary>Makes the model, and room.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _model = BenchmarkModel.New(_config);
        _team = new Team(PhysicalCores.Count);
        _weights = EngineForward.Weights(_model, PackedType.Float32, Vectors.Widest);
        _weights.Read(_team);
        _forward = EngineForward.New(
            _config, _weights, _team, new EngineRoom(Rows, Rows, PromptLength, Rows, LongestCompletion), Vectors.Widest);
        _places = [.. Enumerable.Range(0, Rows).Select(row => new RowPlace(row + 2, row, PromptLength, row, Length))];
        _drawn = [.. Enumerable.Range(0, Rows)];
        _uniforms = [.. Enumerable.Range(0, Rows).Select(row => (row + 0.5) / Rows)];
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _team?.Dispose();
        _forward?.Dispose();
        _weights?.Dispose();
        _model?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>All layers of one token of each row.</summary>
    [Benchmark]
    public void Layers() => _forward!.Compute(_places);

    /// <summary>The head's logits of each row, and its draw.</summary>
    [Benchmark]
    public int HeadAndDraw() => _forward!.Draw(_drawn, 1, _uniforms).Tokens[0];

    /// <summary>All weights into panels.</summary>
    [Benchmark]
    public void Packing() => _weights!.Read(_team!);
}
