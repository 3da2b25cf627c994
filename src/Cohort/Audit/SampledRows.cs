using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>
/// The rows of a number of batches, each of P prompts and G completions of one prompt adjacent. Its tensors live as long as the scope in which
/// it was made.
/// </summary>
public sealed class SampledRows
{
    private readonly ExactProblem _problem;
    private readonly Tensor _rows;

    internal SampledRows(ExactProblem problem, Tensor rows, int samplesPerPrompt)
    {
        _problem = problem;
        _rows = rows;
        SamplesPerPrompt = samplesPerPrompt;
        var tree = problem.Tree;
        Distributions = Of(TreeMoments.PerToken(tree, problem.Distributions)).requires_grad_(true);
        RefDistributions = Of(TreeMoments.PerToken(tree, problem.RefDistributions));
        Mask = Of(tree.Mask);
        LogProbs = Distributions.gather(2, Of(tree.Tokens).unsqueeze(2)).squeeze(2).masked_fill(~Mask, 0);
        OldLogProbs = Of(TreeMoments.LogProbs(tree, problem.OldDistributions));
        RefLogProbs = Of(TreeMoments.LogProbs(tree, problem.RefDistributions));
        Scores = Of(problem.Scores);
    }

    /// <summary>G.</summary>
    public int SamplesPerPrompt { get; }

    /// <summary>Rows of one batch, P times G.</summary>
    public int BatchSize => SamplesPerPrompt * _problem.Tree.Shape.Prompts;

    /// <summary>[R,T,V], log pi in nats; carries gradient.</summary>
    public Tensor Distributions { get; }

    /// <summary>[R,T,V], log pi_ref in nats.</summary>
    public Tensor RefDistributions { get; }

    /// <summary>[R,T] bool; true counts.</summary>
    public Tensor Mask { get; }

    /// <summary>[R,T], log pi of the tokens in nats, 0 outside the mask; carries gradient.</summary>
    public Tensor LogProbs { get; }

    /// <summary>[R,T], of the policy that sampled.</summary>
    public Tensor OldLogProbs { get; }

    /// <summary>[R,T].</summary>
    public Tensor RefLogProbs { get; }

    /// <summary>[R].</summary>
    public Tensor Scores { get; }

    /// <summary>[R] bool, all true: every completion has a score.</summary>
    public Tensor Scored => ones_like(Scores, ScalarType.Bool);

    /// <summary>A number of each completion, for the rows.</summary>
    /// <param name="perCompletion">[N, ...].</param>
    /// <returns>[R, ...], owned by the caller's scope.</returns>
    public Tensor Of(Tensor perCompletion) => perCompletion.index_select(0, _rows);

    /// <summary>Numbers computed from one batch at a time, where they depend on all of its rows.</summary>
    /// <param name="perBatch">From a batch's scores [P*G] and mask [P*G,T] to a number per row, or per token.</param>
    /// <returns>[R] or [R,T], owned by the caller's scope.</returns>
    public Tensor EachBatch(Func<Tensor, Tensor, Tensor> perBatch) => EachBatch([Scores, Mask], of => perBatch(of[0], of[1]));

    /// <summary>The same from other numbers than scores and mask; once for all batches in which they are equal.</summary>
    /// <param name="of">[R, ...] each: all that the numbers depend on.</param>
    /// <param name="perBatch">From a batch's rows of them.</param>
    /// <returns>[R, ...], owned by the caller's scope.</returns>
    public Tensor EachBatch(IReadOnlyList<Tensor> of, Func<IReadOnlyList<Tensor>, Tensor> perBatch)
    {
        using var scope = NewDisposeScope();
        var batches = Mask.shape[0] / BatchSize;
        var seen = cat([.. of.Select(each => each.detach().to_type(ScalarType.Float64).reshape(batches, -1))], 1);
        var kinds = seen.unique(return_inverse: true, dim: 0).inverse_indices!.data<long>().ToArray();
        var parts = of.Select(each => each.split(BatchSize)).ToArray();
        var computed = kinds.Index().DistinctBy(batch => batch.Item).ToDictionary(
            batch => batch.Item, batch => perBatch([.. parts.Select(part => part[batch.Index])]));
        return cat([.. kinds.Select(kind => computed[kind])]).MoveToOuterDisposeScope();
    }

    /// <summary>A number of each row, given to each of its tokens.</summary>
    /// <param name="perResponse">[R].</param>
    /// <returns>[R,T], 0 outside the mask, owned by the caller's scope.</returns>
    public Tensor Broadcast(Tensor perResponse) => Masked.Broadcast(perResponse, Mask);
}
