using Cohort.Models;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>The memory of a run's phases, class by class, from shapes alone.</summary>
internal sealed class MemoryForecast(RunOptions options, ModelConfig config, int longest)
{
    private const int Float = sizeof(float);

    // Resident memory of a process that has loaded the tensor library and computed with it, and the allocator's share of what is freed.
    private const long Runtime = 450L << 20;

    // Bytes of one logit while a token is drawn: logits and log-probabilities, and in double precision the probabilities and their running sum.
    private const long BytesPerLogit = 32;

    // Of the copies of a distribution that a gradient needs, those that are there without one.
    private const double WithoutGradient = 3.0 / 7;

    private readonly ActivationMemory _activations = new(config, options.Update.RecomputeActivations == Recomputation.Always);

    /// <summary>The forecast.</summary>
    public MemoryPlan Plan() =>
        new(options, Parameters, Trained, longest, [.. new[] { Rollout(), LogProbs(), Update(), OptimizerStep(), CriticUpdate() }.Where(IsThere)]);

    // Every weight learns; an adapter's would be fewer.
    private static long TrainedOf(long parameters) => parameters;

    private long Parameters { get; } = ParametersOf(config);

    private long Trained => TrainedOf(Parameters);

    private ModelConfig? CriticConfig => options.Algorithm.Advantage is not CriticAdvantage critic ? null : Estimators.CriticShape(critic.Critic, config);

    private static long ParametersOf(ModelConfig shape)
    {
        var (queries, keys) = ((long)shape.Heads * shape.HeadSize, (long)shape.KeyValueHeads * shape.HeadSize);
        var biases = shape.Family.AttentionBias ? queries + (2 * keys) : 0;
        var block = (((2 * queries) + (2 * keys) + (3L * shape.IntermediateSize) + 2) * shape.HiddenSize) + biases;
        var table = (long)shape.VocabularySize * shape.HiddenSize;
        return (table * (shape.TieEmbeddings ? 1 : 2)) + (shape.Layers * block) + shape.HiddenSize;
    }

    // A trunk with a head of one output.
    private static long CriticParametersOf(ModelConfig shape) => ParametersOf(shape with { TieEmbeddings = true }) + shape.HiddenSize;

    private static int MomentsOf(OptimizerOptions optimizer) => optimizer switch
    {
        AdamOptions adam => adam.LargestMoment ? 3 : 2,
        SgdOptions sgd => sgd.Momentum > 0 ? 1 : 0,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static bool IsThere(MemoryPhase phase) => phase.Bytes.Count > 0;

    private int MinibatchRows => options.Update.MinibatchRows == 0 ? options.Rollout.Rows : options.Update.MinibatchRows;

    private double MicroBatchTokens => Math.Min(options.Update.MicroBatchRows, MinibatchRows) * (double)longest;

    // Of policy and critic in turn; the gradients of each stay until its next one.
    private int Updates => options.Update.EpochsPerStep * ((options.Rollout.Rows + MinibatchRows - 1) / MinibatchRows);

    private MemoryPhase Rollout()
    {
        var rollout = options.Rollout;
        var rows = Math.Min(rollout.Rows, Math.Max(rollout.LargestBatch, rollout.SamplesPerPrompt));
        var prompts = Math.Max(1, rows / rollout.SamplesPerPrompt);
        var perSlot = 2L * Float * config.KeyValueHeads * config.HeadSize;
        var cache = config.Layers * perSlot * rows * longest;
        return Phase(
            "rollout",
            (MemoryUse.KvCache, cache + (2 * cache / config.Layers)), // one layer is copied at a time where rows finish
            (MemoryUse.Activations, Math.Max(rows, (double)prompts * (longest - rollout.MaxNewTokens)) * _activations.ForwardPerToken),
            (MemoryUse.Distributions, (double)rows * config.VocabularySize * BytesPerLogit));
    }

    private MemoryPhase LogProbs() => options.Algorithm.Kl.NeedsReference || options.Update.RecomputeOldLogProbs || CriticConfig is not null
        ? Phase(
            "log-probs",
            (MemoryUse.Activations, MicroBatchTokens * _activations.ForwardPerToken),
            (MemoryUse.Distributions, WithoutGradient * _activations.Distributions(MicroBatchTokens)))
        : Nothing;

    // The gradient of the head is summed over portions of tokens beside what is there from earlier micro-batches, and handed over in one piece.
    private MemoryPhase Update()
    {
        var table = Trained == Parameters ? (double)Float * config.VocabularySize * config.HiddenSize : 0;
        var portions = MicroBatchTokens > OutputHead.RowsOf(config.VocabularySize) ? 2 : 1;
        return Phase(
            "update",
            (MemoryUse.Gradients, (Float * (double)Trained) + (portions * table)),
            (MemoryUse.Critic, Updates > 1 && CriticConfig is { } critic ? Float * (double)CriticParametersOf(critic) : 0),
            (MemoryUse.Activations, MicroBatchTokens * (_activations.KeptPerToken + _activations.WorkingPerToken)),
            (MemoryUse.Distributions, _activations.Distributions(MicroBatchTokens)));
    }

    private MemoryPhase OptimizerStep()
    {
        var largest = Math.Max((long)config.VocabularySize, config.IntermediateSize) * config.HiddenSize;
        return Phase(
            "optimizer step",
            (MemoryUse.Gradients, Float * (double)Trained),
            (MemoryUse.Optimizer, Trained == Parameters && options.Optimizer is AdamOptions ? Float * (double)largest : 0));
    }

    private MemoryPhase CriticUpdate()
    {
        if (CriticConfig is not { } critic)
        {
            return Nothing;
        }

        var activations = new ActivationMemory(critic, options.Update.RecomputeActivations == Recomputation.Always);
        return Phase(
            "critic update",
            (MemoryUse.Gradients, Float * (double)Trained),
            (MemoryUse.Critic, Float * (double)CriticParametersOf(critic)),
            (MemoryUse.Activations, MicroBatchTokens * (activations.KeptPerToken + activations.WorkingPerToken)));
    }

    private static MemoryPhase Nothing { get; } = new("", new Dictionary<MemoryUse, long>());

    // What a phase takes on top of what is always there.
    private MemoryPhase Phase(string name, params (MemoryUse Use, double Bytes)[] own)
    {
        var critic = options.Algorithm.Advantage is CriticAdvantage { Critic: var learning } && CriticConfig is { } shape
            ? Float * CriticParametersOf(shape) * (1.0 + MomentsOf(learning.Optimizer))
            : 0;
        (MemoryUse Use, double Bytes)[] always =
        [
            (MemoryUse.Runtime, Runtime),
            (MemoryUse.Weights, Float * (double)Parameters),
            (MemoryUse.Optimizer, Float * (double)Trained * MomentsOf(options.Optimizer)),
            (MemoryUse.Reference, options.Algorithm.Kl.NeedsReference ? Float * (double)Parameters : 0),
            (MemoryUse.Critic, critic),
        ];
        var uses = always.Concat(own).GroupBy(part => part.Use, part => part.Bytes).OrderBy(use => use.Key);
        return new(name, uses.Where(use => use.Sum() > 0).ToDictionary(use => use.Key, use => (long)use.Sum()));
    }
}
