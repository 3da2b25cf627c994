using Cohort.Data;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Models;
using Cohort.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>
/// Samples with the engine where it computes the model and the way of drawing, and with the tensor library elsewhere. Its random numbers are those of
/// <see cref="TorchSampler"/>; one thread uses it.
/// </summary>
public sealed class PolicySampler : ISampler, IDisposable
{
    private readonly TorchSampler _torch;
    private readonly EngineSampler? _engine;

    /// <summary>Samples from a model; threads are as many as the tensor library's.</summary>
    /// <param name="model">The policy.</param>
    /// <param name="tokenizer">Turns sampled tokens into text.</param>
    /// <param name="largestBatch"><inheritdoc cref="TorchSampler(LanguageModel, Tokenizer, int, Action)" path="/param[@name='largestBatch']"/></param>
    /// <param name="kind">What computes.</param>
    /// <param name="weights">How the engine holds weights.</param>
    /// <param name="areFixed">Whether the weights never change, so that the engine reads them once only.</param>
    /// <param name="onTokens"><inheritdoc cref="TorchSampler(LanguageModel, Tokenizer, int, Action)" path="/param[@name='onTokens']"/></param>
    /// <exception cref="ArgumentException">The engine is asked for, and does not compute the model.</exception>
    public PolicySampler(
        LanguageModel model,
        Tokenizer tokenizer,
        int largestBatch = 0,
        SamplerKind kind = SamplerKind.Auto,
        SamplerWeights weights = SamplerWeights.Exact,
        bool areFixed = false,
        Action? onTokens = null)
    {
        _torch = new TorchSampler(model, tokenizer, largestBatch, onTokens);
        var trunk = model.Trunk;
        var why = Obstacle(model.Config, trunk.EmbeddingWeight.device_type == DeviceType.CPU && trunk.ComputeType == ScalarType.Float32);
        if (why != "" && (kind == SamplerKind.Engine || weights != SamplerWeights.Exact))
            throw new ArgumentException(why, nameof(kind));

        if (why == "" && kind != SamplerKind.Torch)
            _engine = new EngineSampler(model, tokenizer, get_num_threads(), largestBatch, Type(model, weights), areFixed, onTokens);
    }

    /// <inheritdoc/>
    public bool SharesNumerics => _engine is null || _engine.SharesNumerics;

    /// <summary>Why the engine does not compute a model; empty where it does.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="isOnProcessor">Whether it computes on the processor, in float32.</param>
    public static string Obstacle(ModelConfig config, bool isOnProcessor)
    {
        const string Remedy = "Set rollout.sampler=torch and rollout.weights=exact.";
        return !isOnProcessor ? $"The engine computes on the processor, in float32, and this model lies elsewhere or computes in another type. {Remedy}"
            : !EngineForward.Computes(config) ? $"The engine knows no rope_type \"dynamic\", whose angles change with the length of a sequence. {Remedy}"
            : "";
    }

    /// <inheritdoc/>
    public void Sample(
        IReadOnlyList<IReadOnlyList<int>> prompts,
        int samplesPerPrompt,
        Sampling sampling,
        SampleSeed seed,
        Action<CompletionGroup> onGroup,
        CancellationToken cancel)
    {
        ISampler sampler = _engine is not null && EngineSampler.Draws(sampling) ? _engine : _torch;
        sampler.Sample(prompts, samplesPerPrompt, sampling, seed, onGroup, cancel);
    }

    /// <inheritdoc cref="TorchSampler.Stream"/>
    public Completion Stream(IReadOnlyList<int> prompt, Sampling sampling, SampleSeed seed, Action<string> onText, CancellationToken cancel) =>
        _engine is not null && EngineSampler.Draws(sampling)
            ? _engine.Stream(prompt, sampling, seed, onText, cancel)
            : _torch.Stream(prompt, sampling, seed, onText, cancel);

    /// <summary>Ends the engine's threads.</summary>
    public void Dispose() => _engine?.Dispose();

    // Weights of 16 bits lose nothing as such, unless an adapter is merged into them.
    private static PackedType Type(LanguageModel model, SamplerWeights weights)
    {
        var areNarrow = !Adapters.Any(model) && model.parameters().All(parameter => parameter.dtype == ScalarType.BFloat16);
        return weights == SamplerWeights.Bfloat16 || areNarrow ? PackedType.BFloat16 : PackedType.Float32;
    }
}
