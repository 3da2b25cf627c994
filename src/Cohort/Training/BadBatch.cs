using Cohort.Checkpoints;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>A batch that led to a loss or gradient that is not finite, kept for looking into.</summary>
internal sealed class BadBatch : IDisposable
{
    private readonly (string Name, Tensor Tensor)[] _tensors;

    private BadBatch((string Name, Tensor Tensor)[] tensors, string first) => (_tensors, First) = (tensors, first);

    /// <summary>The first bad tensor, in the order of the computation.</summary>
    public string First { get; }

    /// <summary>Copies a batch out of its step's scope.</summary>
    public static BadBatch Keep(RolloutBatch batch, Tensor advantages, NonFiniteException error) => Keep(
        [
            ("tokens", batch.Tokens),
            ("response_mask", batch.ResponseMask),
            ("behaviour_log_probs", batch.BehaviourLogProbs),
            ("old_log_probs", batch.OldLogProbs),
            ("reference_log_probs", batch.RefLogProbs),
            ("kl_to_reference", batch.KlToReference),
            ("scores", batch.Scores),
            ("parts", batch.Parts),
            ("greedy_scores", batch.GreedyScores),
            ("rewards", batch.Rewards),
            ("advantages", advantages),
        ],
        error);

    /// <summary>Copies tensors out of their step's scope.</summary>
    /// <param name="tensors">In the order of the computation.</param>
    /// <param name="error">Names what was found first where all of them are finite.</param>
    public static BadBatch Keep((string Name, Tensor Tensor)[] tensors, NonFiniteException error)
    {
        using var scope = NewDisposeScope();
        var bad = tensors.FirstOrDefault(pair => pair.Tensor.is_floating_point() && !pair.Tensor.isfinite().all().item<bool>());
        return new(
            tensors.Select(pair => (pair.Name, pair.Tensor.clone().DetachFromDisposeScope())).ToArray(), bad.Name ?? error.TensorName);
    }

    /// <summary>Writes the tensors into the run directory, and says so. A full disk does not end the run.</summary>
    public void Report(RunDirectory place, long step, IMetricSink sink)
    {
        var path = place.BadBatch(step);
        try
        {
            SafetensorsFile.Write(path, _tensors, new Dictionary<string, string> { ["first_bad"] = First });
            sink.Notice($"Step {step}: {First} is not finite. The rest of the step's updates is left out; the batch is in {path}.");
        }
        catch (IOException error)
        {
            sink.Notice($"Step {step}: {First} is not finite. The rest of the step's updates is left out; the batch is lost: {error.Message}");
        }
    }

    public void Dispose()
    {
        foreach (var (_, kept) in _tensors)
        {
            kept.Dispose();
        }
    }
}
