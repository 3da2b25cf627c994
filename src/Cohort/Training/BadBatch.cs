using Cohort.Rollouts;
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
    public static BadBatch Keep(RolloutBatch batch, Tensor advantages, string otherwise)
    {
        (string Name, Tensor Tensor)[] tensors =
        [
            ("tokens", batch.Tokens),
            ("response_mask", batch.ResponseMask),
            ("behaviour_log_probs", batch.BehaviourLogProbs),
            ("old_log_probs", batch.OldLogProbs),
            ("reference_log_probs", batch.RefLogProbs),
            ("kl_to_reference", batch.KlToReference),
            ("scores", batch.Scores),
            ("advantages", advantages),
        ];
        using var scope = NewDisposeScope();
        var bad = tensors.FirstOrDefault(pair => pair.Tensor.is_floating_point() && !pair.Tensor.isfinite().all().item<bool>());
        return new(
            tensors.Select(pair => (pair.Name, pair.Tensor.clone().DetachFromDisposeScope())).ToArray(), bad.Name ?? otherwise);
    }

    /// <summary>Writes the tensors.</summary>
    public void Save(string path) => SafetensorsFile.Write(path, _tensors, new Dictionary<string, string> { ["first_bad"] = First });

    public void Dispose()
    {
        foreach (var (_, kept) in _tensors)
        {
            kept.Dispose();
        }
    }
}
