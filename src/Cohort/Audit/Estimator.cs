using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>A gradient estimator: the loss that training would compute from a batch of sampled completions.</summary>
/// <param name="Name">As the tables name it.</param>
/// <param name="Claim">What is said of its expected gradient.</param>
/// <param name="SamplesPerPrompt">G.</param>
/// <param name="Reduction">How the per-token losses become one number; the fixed length is that of the tree.</param>
/// <param name="PerTokenLoss">
/// [R,T] from the rows of one or more batches, in which each batch's rows are adjacent; its batches must not see each other.
/// </param>
public sealed record Estimator(string Name, Claim Claim, int SamplesPerPrompt, Reduction Reduction, Func<SampledRows, Tensor> PerTokenLoss)
{
    /// <summary>[R,T] bool, the tokens that the reduction counts; those of the rows, unless some are left out of the loss.</summary>
    public Func<SampledRows, Tensor> LossMask { get; init; } = rows => rows.Mask;
}
