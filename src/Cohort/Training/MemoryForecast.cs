using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>The memory of a run's phases, class by class, from shapes alone.</summary>
internal sealed class MemoryForecast(RunOptions options, ModelConfig config, int longest)
{
    private const int Float = sizeof(float);

    // Resident memory of a process that has loaded the tensor library and computed with it, and the allocator's share of what is freed.
    private const long Runtime = 450L << 20;

    // Bytes of one logit while a token is drawn: its log-probability, and in double precision the probabilities and their running sum.
    private const long BytesPerDraw = 24;

    private readonly DistributionMemory _distributions = new(config.VocabularySize, PolicyTraining.InOnePass(options));

    private readonly ActivationMemory _activations = new(config, options.Update.RecomputeActivations == Recomputation.Always);

    /// <summary>The forecast.</summary>
    public MemoryPlan Plan() =>
        new(options, Parameters, Trained, longest, [.. new[]
        {
            Rollout(), LogProbs(), GradientProbe(), Update(), OptimizerStep(), CriticUpdate(), Evaluation(),
        }.Where(IsThere)]);

    /// <summary>Numbers that the policy is made of, its adapter's included.</summary>
    public long PolicyParameters => Parameters + AdapterParameters;

    /// <summary>
    /// Numbers that the critic is made of, all of which learn: a trunk with a head of one output, or an adapter with one on the policy's base.
    /// </summary>
    public long CriticParameters { get; } = Estimators.CriticShape(options, config) is not { } shape ? 0
        : shape.HiddenSize + (SharesBase(options) ? AdapterSize.Of(options.Model, config) : CountOf(shape with { TieEmbeddings = true }));

    private long Parameters { get; } = CountOf(config);

    private long AdapterParameters { get; } = options.Model.Adapter is NoAdapter ? 0 : AdapterSize.Of(options.Model, config);

    // Of reward models, which are frozen: trunks with a head of one output.
    private long RewardParameters { get; } = options.Reward.All.Select(reward => reward.Reward).Concat(options.Evaluation.Metrics.Values)
        .OfType<ModelScorer>().Select(scorer => ModelConfig.Read(scorer.Path)).Sum(shape => shape.HiddenSize + CountOf(shape with { TieEmbeddings = true }));

    private bool IsAdapted => options.Model.Adapter is not NoAdapter;

    // Of the policy: all its weights, or its adapter's.
    private long Trained => IsAdapted ? AdapterParameters : Parameters;

    // Bytes of a weight of the networks, and of what they compute in.
    private int Weight => options.Dtype == WeightType.Bfloat16 ? Float / 2 : Float;

    private int Computed => options.Device == DeviceKind.Cpu ? Float : Weight;

    private static bool SharesBase(RunOptions options) =>
        options.Algorithm.Advantage is CriticAdvantage { Critic.Start: CopyOfPolicy } && options.Model.Adapter is not NoAdapter;

    private static long CountOf(ModelConfig shape) => ModelShapes.Of(shape).Sum(parameter => parameter.Count);

    private static int MomentsOf(OptimizerOptions optimizer) => optimizer switch
    {
        AdamOptions adam => adam.LargestMoment ? 3 : 2,
        SgdOptions sgd => sgd.Momentum > 0 ? 1 : 0,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static bool IsThere(MemoryPhase phase) => phase.Bytes.Count > 0;

    // Copies of matrices in the type that is computed in, where they are stored in another: of all blocks until the backward pass, unless they are made
    // again there, else of one; and of the head, with its gradient.
    private double Casts(bool keepsAll)
    {
        if (Weight == Computed)
        {
            return 0;
        }

        var head = (double)config.VocabularySize * config.HiddenSize;
        var blocks = Parameters - (head * (config.TieEmbeddings ? 1 : 2));
        var kept = keepsAll && options.Update.RecomputeActivations != Recomputation.Always ? blocks : blocks / config.Layers;
        return Computed * (kept + (head * (keepsAll && !IsAdapted ? 2 : 1)));
    }

    // Adapters are float32 over a base of any type.
    private double LearnedBytes => IsAdapted ? Float : Weight;

    private double ReferenceBytes
    {
        get
        {
            var kl = options.Algorithm.Kl;
            var type = kl.ReferenceType == WeightType.Auto ? Weight : kl.ReferenceType == WeightType.Bfloat16 ? Float / 2 : Float;
            return !kl.NeedsReference ? 0
                : !IsAdapted ? type * (double)Parameters
                : options.Model.Adapter is SavedAdapter || kl.Refresh is not NeverRefresh ? Float * (double)Trained
                : 0;
        }
    }

    // Moments, and masters of what is kept in fewer bits.
    private double StateBytes(OptimizerOptions optimizer) => Float * (double)(MomentsOf(optimizer) + (LearnedBytes < Float ? 1 : 0));

    private int MinibatchRows => options.Update.MinibatchRows == 0 ? options.Rollout.Rows : options.Update.MinibatchRows;

    private double MicroBatchTokens => Math.Min(options.Update.MicroBatchRows, MinibatchRows) * (double)longest;

    // Whether there are steps in which the run looks closer.
    private bool Measures => options.Evaluation.Every > 0 || options.Evaluation.Curve.Points > 0;

    private double KeptDistributions => Measures
        ? ExactDivergence.BytesKept(options.Rollout.Rows * (long)options.Rollout.MaxNewTokens, config.VocabularySize)
        : 0;

    // Of policy and critic in turn; the gradients of each stay until its next one.
    private int Updates => options.Update.EpochsPerStep * ((options.Rollout.Rows + MinibatchRows - 1) / MinibatchRows);

    private MemoryPhase Rollout() => Sampling("rollout", RowsTogether(options.Rollout.PromptsPerStep, options.Rollout.SamplesPerPrompt));

    private MemoryPhase Evaluation()
    {
        var (evaluation, curve) = (options.Evaluation, options.Evaluation.Curve);
        (int Rows, int Prompts)[] kinds =
        [
            .. evaluation.Every > 0 ? [RowsTogether(evaluation.Problems, samples: 1)] : Array.Empty<(int, int)>(),
            .. curve.Points > 0 ? [RowsTogether(curve.Problems, curve.Samples), RowsTogether(curve.Problems, samples: 1)] : Array.Empty<(int, int)>(),
        ];
        return kinds.Select(kind => Sampling("evaluation", kind)).MaxBy(phase => phase.Total) ?? Nothing;
    }

    // As the sampler takes them: whole prompts, and at least one.
    private (int Rows, int Prompts) RowsTogether(int prompts, int samples)
    {
        var together = Math.Min(prompts, Math.Max(1, options.Rollout.LargestBatch / samples));
        return (together * samples, together);
    }

    private MemoryPhase Sampling(string name, (int Rows, int Prompts) together)
    {
        var (rows, prompts) = together;
        var logits = (double)rows * config.VocabularySize;
        var perSlot = 2L * Computed * config.Layers * config.KeyValueHeads * config.HeadSize;
        var longestPrompt = longest - options.Rollout.MaxNewTokens;
        if (options.Rollout.Sampler == SamplerKind.Engine)
        {
            var width = (3.0 * config.HiddenSize) + Math.Max(config.IntermediateSize, (config.Heads + (2 * config.KeyValueHeads)) * config.HeadSize);
            return Phase(
                name,
                (MemoryUse.SamplerWeights, KeptSamplerBytes > 0 ? 0 : SamplerBytes),
                (MemoryUse.KvCache, perSlot * (((double)rows * options.Rollout.MaxNewTokens) + ((double)prompts * longestPrompt))),
                (MemoryUse.Activations, Float * width * Math.Max(rows, Math.Max(longestPrompt, EngineSampler.RowsOfPrompts))),
                (MemoryUse.Distributions, Float * logits));
        }

        var cache = (double)perSlot * rows * longest;
        return Phase(
            name,
            (MemoryUse.KvCache, cache + (2 * cache / config.Layers)), // one layer is copied at a time where rows finish
            (MemoryUse.Activations, Math.Max(rows, (double)prompts * longestPrompt) * _activations.ForwardPerToken),
            (MemoryUse.Distributions, (2.0 * Float * logits) + (BytesPerDraw * Math.Min(logits, DecodingPlan.DrawnTogether))));
    }

    // The engine's copy of the weights: of small models in all phases, of large ones while it samples.
    private double SamplerBytes => options.Rollout.Sampler != SamplerKind.Engine ? 0
        : EngineSampler.BytesOf(PolicyParameters, isNarrow: options.Rollout.Weights != SamplerWeights.Exact || (Weight < Float && !IsAdapted));

    private double KeptSamplerBytes => EngineSampler.Keeps((long)SamplerBytes) ? SamplerBytes : 0;

    private MemoryPhase LogProbs() => options.Algorithm.Kl.NeedsReference || options.Update.RecomputeOldLogProbs || CriticParameters > 0
        ? Phase(
            "log-probs",
            (MemoryUse.Activations, (MicroBatchTokens * _activations.ForwardPerToken) + Casts(keepsAll: false)),
            (MemoryUse.Distributions, _distributions.WithoutGradient * _distributions.Of(MicroBatchTokens)))
        : Nothing;

    // The sum of the parts' gradients, beside the gradient of the part at hand.
    private MemoryPhase GradientProbe()
    {
        var prompts = options.Rollout.PromptsPerStep;
        var part = (prompts + GradientNoise.ChunksOf(prompts) - 1) / GradientNoise.ChunksOf(prompts) * options.Rollout.SamplesPerPrompt;
        return Measures && prompts > 1
            ? Learning("gradient noise", Math.Min(options.Update.MicroBatchRows, part) * (double)longest, (MemoryUse.Measurement, Float * (double)Trained))
            : Nothing;
    }

    private MemoryPhase Update() => Learning(
        "update",
        MicroBatchTokens,
        (MemoryUse.Critic, Updates > 1 ? LearnedBytes * CriticParameters : 0),
        (MemoryUse.Measurement, KeptDistributions));

    // The gradient of the head is summed over portions of tokens beside what is there from earlier micro-batches, and handed over in one piece; where the
    // embedding is the head, it waits for the embedding's.
    private MemoryPhase Learning(string name, double tokens, params (MemoryUse Use, double Bytes)[] beside)
    {
        var table = IsAdapted ? 0 : (double)Weight * config.VocabularySize * config.HiddenSize;
        var tables = config.TieEmbeddings || tokens > _distributions.PortionTokens ? 2 : 1;
        return Phase(
            name,
            [
                (MemoryUse.Gradients, (LearnedBytes * Trained) + (tables * table)),
                (MemoryUse.Activations, (tokens * (_activations.KeptPerToken + _activations.WorkingPerToken)) + Casts(keepsAll: true)),
                (MemoryUse.Distributions, _distributions.Of(tokens)),
                .. beside,
            ]);
    }

    private MemoryPhase OptimizerStep()
    {
        var largest = Math.Max((long)config.VocabularySize, config.IntermediateSize) * config.HiddenSize;
        return Phase(
            "optimizer step",
            (MemoryUse.Gradients, LearnedBytes * Trained),
            (MemoryUse.Optimizer, !IsAdapted && options.Optimizer is AdamOptions ? Float * (double)largest : 0),
            (MemoryUse.Measurement, KeptDistributions));
    }

    private MemoryPhase CriticUpdate()
    {
        if (Estimators.CriticShape(options, config) is not { } critic)
        {
            return Nothing;
        }

        var activations = new ActivationMemory(critic, options.Update.RecomputeActivations == Recomputation.Always);
        return Phase(
            "critic update",
            (MemoryUse.Gradients, LearnedBytes * Trained),
            (MemoryUse.Critic, LearnedBytes * CriticParameters),
            (MemoryUse.Activations, MicroBatchTokens * (activations.KeptPerToken + activations.WorkingPerToken)),
            (MemoryUse.Measurement, KeptDistributions));
    }

    private static MemoryPhase Nothing { get; } = new("", new Dictionary<MemoryUse, long>());

    // What a phase takes on top of what is always there.
    private MemoryPhase Phase(string name, params (MemoryUse Use, double Bytes)[] parts)
    {
        var critic = options.Algorithm.Advantage is CriticAdvantage { Critic: var settings }
            ? (LearnedBytes + StateBytes(settings.Optimizer)) * CriticParameters
            : 0;
        (MemoryUse Use, double Bytes)[] always =
        [
            (MemoryUse.Runtime, Runtime),
            (MemoryUse.Weights, (Weight * (double)(Parameters + RewardParameters)) + (IsAdapted ? Float * Trained : 0)),
            (MemoryUse.Optimizer, StateBytes(options.Optimizer) * Trained),
            (MemoryUse.Reference, ReferenceBytes),
            (MemoryUse.SamplerWeights, KeptSamplerBytes),
            (MemoryUse.Critic, critic),
        ];
        var uses = always.Concat(parts).GroupBy(part => part.Use, part => part.Bytes).OrderBy(use => use.Key);
        return new(name, uses.Where(use => use.Sum() > 0).ToDictionary(use => use.Key, use => (long)use.Sum()));
    }
}
