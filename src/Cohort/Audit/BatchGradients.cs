using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>The gradient that an estimator gives for each of many batches, by the real loss code and automatic differentiation.</summary>
public static class BatchGradients
{
    /// <summary>d loss / d log pi(v | node), for each batch by itself.</summary>
    /// <param name="problem">The completions.</param>
    /// <param name="estimator">The loss.</param>
    /// <param name="batches">[M, P*G] int64 rows.</param>
    /// <returns>[M, K*V], owned by the caller's scope; times <see cref="ExactProblem.Jacobian"/> it is the gradient.</returns>
    public static Tensor Of(ExactProblem problem, Estimator estimator, Tensor batches)
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        var rows = new SampledRows(problem, batches.flatten(), estimator.SamplesPerPrompt);
        var loss = Loss(problem, estimator, batches, rows);
        var gradient = autograd.grad([loss], [rows.Distributions])[0].view(batches.shape[0], -1);
        return Gathered(problem, rows, gradient).MoveToOuterDisposeScope();
    }

    // The sum of the batches' losses: at once for those that share their normalizer, which only the token mean takes from the tokens.
    private static Tensor Loss(ExactProblem problem, Estimator estimator, Tensor batches, SampledRows rows)
    {
        var perToken = estimator.PerTokenLoss(rows).view(batches.shape[0], rows.BatchSize, -1);
        var mask = estimator.LossMask(rows).view_as(perToken);
        var tokens = estimator.Reduction == Reduction.TokenMean ? mask.sum([1, 2]) : zeros(batches.shape[0], ScalarType.Int64);
        var totals = mask.any(2).sum(1).data<long>().Zip(tokens.data<long>(), (responses, count) =>
            new StepTotals(responses, count, problem.Tree.Shape.Length)).Index().GroupBy(batch => batch.Item, batch => (long)batch.Index).ToArray();
        var order = tensor(totals.SelectMany(same => same).ToArray());
        long[] sizes = [.. totals.Select(same => (long)same.Count())];
        var parts = perToken.index_select(0, order).split(sizes).Zip(mask.index_select(0, order).split(sizes), totals);
        return stack(parts.Select(same => TokenLoss.Share(same.First.flatten(0, 1), same.Second.flatten(0, 1), estimator.Reduction, same.Third.Key))).sum();
    }

    // [M, rows*T*V] by row and token to [M, K*V] by node.
    private static Tensor Gathered(ExactProblem problem, SampledRows rows, Tensor gradient)
    {
        var vocabulary = problem.Tree.Shape.Vocabulary;
        var entries = (rows.Of(problem.Tree.Nodes) * vocabulary).unsqueeze(2) + arange(vocabulary, ScalarType.Int64);
        return zeros([gradient.shape[0], problem.Jacobian.shape[0]], gradient.dtype).scatter_add(1, entries.view_as(gradient), gradient);
    }
}
