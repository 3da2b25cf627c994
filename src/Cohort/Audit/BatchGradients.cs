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

    // The sum of the batches' losses. Batches of the same number of tokens and of responses share their normalizer.
    private static Tensor Loss(ExactProblem problem, Estimator estimator, Tensor batches, SampledRows rows)
    {
        var perToken = estimator.PerTokenLoss(rows).view(batches.shape[0], rows.BatchSize, -1);
        var mask = estimator.LossMask(rows).view_as(perToken);
        var (tokens, responses) = (mask.sum([1, 2]), mask.any(2).sum(1));
        var loss = zeros([], perToken.dtype);
        foreach (var (count, answers) in tokens.data<long>().Zip(responses.data<long>()).ToArray().Distinct())
        {
            var same = (tokens == count).logical_and(responses == answers).nonzero().squeeze(1);
            var totals = new StepTotals(answers, count, problem.Tree.Shape.Length);
            loss += TokenLoss.Share(
                perToken.index_select(0, same).flatten(0, 1), mask.index_select(0, same).flatten(0, 1), estimator.Reduction, totals);
        }

        return loss;
    }

    // [M, rows*T*V] by row and token to [M, K*V] by node.
    private static Tensor Gathered(ExactProblem problem, SampledRows rows, Tensor gradient)
    {
        var vocabulary = problem.Tree.Shape.Vocabulary;
        var entries = (rows.Of(problem.Tree.Nodes) * vocabulary).unsqueeze(2) + arange(vocabulary, ScalarType.Int64);
        return zeros([gradient.shape[0], problem.Jacobian.shape[0]], gradient.dtype).scatter_add(1, entries.view_as(gradient), gradient);
    }
}
