using BenchmarkDotNet.Attributes;
using Cohort.Kernels;
using Cohort.Rollouts;
using TorchSharp;

namespace Cohort.Benchmarks.Parts;

/// <summary>Drawing 64 tokens from given logits: in C# on one core, and by tensors on all.</summary>
public class DrawBenchmarks
{
    private const int Rows = 64;
    private readonly double[] _uniforms = [.. Enumerable.Range(0, Rows).Select(row => (row + 0.5) / Rows)];
    private float[] _logits = [];
    private torch.Tensor? _tensor;

    /// <summary>V.</summary>
    [Params(512, 151936)]
    public int Vocabulary { get; set; }

    /// <summary>Draws the logits.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _logits = [.. Enumerable.Range(0, Rows * Vocabulary).Select(_ => random.NextSingle())];
        _tensor = torch.tensor(_logits, [Rows, Vocabulary]);
    }

    /// <summary>By the engine's kernel.</summary>
    [Benchmark]
    public int Kernel()
    {
        var sum = 0;
        for (var row = 0; row < Rows; row++)
            sum += TokenKernel.Draw<Lanes8>(_logits.AsSpan(row * Vocabulary, Vocabulary), 1, _uniforms[row]).Token;

        return sum;
    }

    /// <summary>By tensors.</summary>
    [Benchmark(Baseline = true)]
    public void Tensors()
    {
        using var scope = torch.NewDisposeScope();
        _ = TokenDraw.Draw(_tensor!, new RolloutSampling(), _uniforms);
    }
}
