namespace Cohort.Training;

/// <summary>What memory is for.</summary>
public enum MemoryUse
{
    /// <summary>The program itself: .NET, the tensor library's code and its threads.</summary>
    Runtime,

    /// <summary>The policy.</summary>
    Weights,

    /// <summary>Gradients of the policy, with those of its output head while they are summed.</summary>
    Gradients,

    /// <summary>The policy's optimizer, with what one of its steps makes.</summary>
    Optimizer,

    /// <summary>The frozen reference.</summary>
    Reference,

    /// <summary>The critic with its optimizer, and its gradients while it learns.</summary>
    Critic,

    /// <summary>The sampler's own copy of the policy.</summary>
    SamplerWeights,

    /// <summary>Keys and values of the sequences that are being sampled.</summary>
    KvCache,

    /// <summary>What tokens leave on their way through a network.</summary>
    Activations,

    /// <summary>Distributions over the vocabulary.</summary>
    Distributions,

    /// <summary>What measured steps keep to look closer: a sum of gradients, and the policy's distributions before the step.</summary>
    Measurement,
}

/// <summary>A part of a step.</summary>
/// <param name="Name">What happens in it.</param>
/// <param name="Bytes">What each use takes at its height; uses that take nothing are left out.</param>
public sealed record MemoryPhase(string Name, IReadOnlyDictionary<MemoryUse, long> Bytes)
{
    /// <summary>All together.</summary>
    public long Total => Bytes.Values.Sum();
}

/// <summary>A forecast of a run's memory, from its options and the model's shape.</summary>
/// <param name="Options">The options, with what they leave open chosen.</param>
/// <param name="Parameters">Weights of the policy.</param>
/// <param name="TrainedParameters">Those of them that learn.</param>
/// <param name="LongestSequence">The longest prompt with the longest completion, in tokens.</param>
/// <param name="Phases">The parts of a step, in their order.</param>
public sealed record MemoryPlan(
    RunOptions Options, long Parameters, long TrainedParameters, int LongestSequence, IReadOnlyList<MemoryPhase> Phases)
{
    /// <summary>The part of a step that takes most.</summary>
    public MemoryPhase Peak => Phases.OrderByDescending(phase => phase.Total).First();

    /// <summary>Tokens that a step samples at most.</summary>
    public long TokensPerStep => (long)Options.Rollout.Rows * Options.Rollout.MaxNewTokens;

    /// <summary>What would make it smaller, most first; empty where nothing is left to change.</summary>
    public IEnumerable<string> Remedies()
    {
        var update = Options.Update;
        var uses = Peak.Bytes;
        if (uses.GetValueOrDefault(MemoryUse.Activations) > 0 && update.RecomputeActivations != Recomputation.Always)
            yield return "update.recomputeActivations=always keeps only the inputs of blocks, for about a third more time per update";
        if (update.MicroBatchRows > 1)
            yield return $"update.microBatchRows={Math.Max(1, update.MicroBatchRows / 2)} halves activations, as a smaller update.microBatchGiB does";
        if (uses.ContainsKey(MemoryUse.KvCache) && Options.Rollout.LargestBatch > Options.Rollout.SamplesPerPrompt)
            yield return $"rollout.largestBatch={Options.Rollout.SamplesPerPrompt} decodes fewer rows together";
        if (uses.ContainsKey(MemoryUse.Critic) && Options.Algorithm.Advantage is CriticAdvantage { Critic.Start: CopyOfPolicy })
            yield return "algorithm.advantage.critic.start.kind=fresh takes a small critic";
        if (uses.ContainsKey(MemoryUse.Reference))
            yield return "algorithm.kl.coefficient=0 keeps no reference";
        if (uses.ContainsKey(MemoryUse.Measurement))
            yield return "evaluation.every=0, with evaluation.curve.points=0, measures neither held-out problems nor the gradient's noise and the exact KL";
        if (uses.GetValueOrDefault(MemoryUse.Optimizer) > 0 && Options.Optimizer is AdamOptions)
            yield return "optimizer.kind=sgd with optimizer.momentum=0 keeps no moments of the gradient";
    }
}
