using BenchmarkDotNet.Attributes;
using Cohort.Benchmarks.Runs;
using Cohort.Rollouts;
using Cohort.Models;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Benchmarks.Parts;

/// <summary>What a step of the tiny shape consists of: 8 prompts of 16 tokens, 8 completions of 64 tokens each.</summary>
public class StepBenchmarks : IDisposable
{
    private readonly GrpoRun _engine = new(new());
    private readonly GrpoRun _torch = new(new() { Sampler = SamplerKind.Torch });
    private readonly GrpoRun _update = new(new(), StepPart.Update);
    private readonly GrpoRun _variedUpdate = new(new() { Lengths = new(8, 64) }, StepPart.Update);
    private readonly LanguageModel _model = BenchmarkModel.New(BenchmarkModel.Config(ModelShape.Tiny));
    private readonly Optimizer _optimizer;

    /// <summary>Gives every weight a gradient.</summary>
    public StepBenchmarks()
    {
        _optimizer = Optimizer.Create(_model, new AdamOptions { LearningRate = 1e-5 });
        foreach (var parameter in _model.parameters())
            parameter.grad = randn_like(parameter).DetachFromDisposeScope();
    }

    /// <summary>Frees everything.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        foreach (var run in new[] { _engine, _torch, _update, _variedUpdate })
            run.Dispose();

        _optimizer.Dispose();
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A rollout by the C# engine, with packing.</summary>
    [Benchmark]
    public object EngineRollout() => _engine.Rollout();

    /// <summary>A rollout by the policy's own modules.</summary>
    [Benchmark]
    public object TorchRollout() => _torch.Rollout();

    /// <summary>An update on completions of 64 tokens.</summary>
    [Benchmark]
    public object Update() => _update.Step();

    /// <summary>An update on completions of 8 to 64 tokens.</summary>
    [Benchmark]
    public object VariedUpdate() => _variedUpdate.Step();

    /// <summary>Clipping and AdamW alone.</summary>
    [Benchmark]
    public double OptimizerStep() => _optimizer.Step(1e-5);
}
