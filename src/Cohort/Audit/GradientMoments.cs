using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Mean and variance of an estimator's gradient over the batches that can be sampled. Owns its tensor.</summary>
public sealed class GradientMoments : IDisposable
{
    // What a sum over tokens in another order may change, relative to the largest gradient.
    private const double Rounding = 1e-10;

    // Groups that are given other neighbours.
    private const int Tried = 24;

    private GradientMoments(Tensor mean, double variance) => (Mean, Variance) = (mean, variance);

    /// <summary>[D], the expected gradient of the loss.</summary>
    public Tensor Mean { get; }

    /// <summary>E|g - E g|^2 of one batch's gradient g, summed over its D entries.</summary>
    public double Variance { get; }

    /// <summary>Sums over every batch.</summary>
    /// <param name="problem">The completions.</param>
    /// <param name="estimator">The loss; it must not depend on the order of a group's completions.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are more than a million batches.</exception>
    public static GradientMoments Of(ExactProblem problem, Estimator estimator) =>
        Sum(problem, estimator, use => SampledBatches.ForEach(problem, estimator.SamplesPerPrompt, use));

    /// <summary>
    /// Sums over every group of each prompt by itself, which gives what <see cref="Of"/> gives, where no prompt's gradient depends on what was sampled for
    /// the others. That is seen by giving each group other neighbours.
    /// </summary>
    /// <param name="problem">The completions.</param>
    /// <param name="estimator">The loss; it must not depend on the order of a group's completions.</param>
    /// <param name="moments">Owned by the caller; none where prompts depend on each other.</param>
    public static bool TryOfGroups(ExactProblem problem, Estimator estimator, [NotNullWhen(true)] out GradientMoments? moments)
    {
        using var scope = NewDisposeScope();
        var (tree, prompts) = (problem.Tree, problem.Tree.Shape.Prompts);
        var (members, orders) = SampledBatches.Groups(tree, estimator.SamplesPerPrompt);
        var tried = members.index_select(0, arange(0, members.shape[0], Math.Max(1, members.shape[0] / Tried), ScalarType.Int64));
        var shift = (tried.shape[0] / prompts) + 1;
        var both = PerPrompt(cat([Batches(tried, shift: 0), Batches(tried, shift)])).split(tried.shape[0]);
        var others = stack([.. Enumerable.Range(0, prompts).Select(prompt => both[1].select(1, prompt).roll(shift * prompt, 0))], 1);
        moments = null;
        if (prompts > 1 && (both[0] - others).abs().max().item<double>() > Rounding * others.abs().max().item<double>())
            return false;

        var alone = PerPrompt(Batches(members, shift: 0));
        var (means, variance) = (new List<Tensor>(), 0.0);
        for (var prompt = 0; prompt < prompts; prompt++)
        {
            var weights = orders * problem.SamplingProbabilities.index_select(0, Rows(members, prompt).flatten()).view_as(members).prod(1);
            var jacobian = problem.Jacobian.narrow(0, prompt * alone.shape[2], alone.shape[2]);
            var gram = jacobian.matmul(jacobian.t());
            var mean = weights.unsqueeze(0).matmul(alone.select(1, prompt));
            var apart = alone.select(1, prompt) - mean;
            variance += (weights * (apart.matmul(gram) * apart).sum(1)).sum().item<double>();
            means.Add(mean.matmul(jacobian).squeeze(0));
        }

        moments = new(stack(means).sum([0]).DetachFromDisposeScope(), variance);
        return true;

        // [M,P,K/P*V], the gradient of each prompt's part of each batch.
        Tensor PerPrompt(Tensor batches) =>
            cat([.. batches.split(SampledBatches.PortionRows / batches.shape[1]).Select(part => BatchGradients.Of(problem, estimator, part))])
                .view(batches.shape[0], prompts, -1);

        // [M,P*G]: the groups of each prompt, beside those of the others that many places further.
        Tensor Batches(Tensor groups, long shift) => cat([.. Enumerable.Range(0, prompts).Select(prompt => Rows(groups.roll(-shift * prompt, 0), prompt))], 1);

        Tensor Rows(Tensor groups, int prompt) => groups + (prompt * tree.CompletionsPerPrompt);
    }

    /// <summary>The mean over batches that are drawn, where they are too many to sum over.</summary>
    /// <param name="problem">The completions.</param>
    /// <param name="estimator">The loss.</param>
    /// <param name="count">M; the mean's standard error is sqrt(<see cref="Variance"/> / M) over all entries.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>Owned by the caller.</returns>
    public static GradientMoments Drawn(ExactProblem problem, Estimator estimator, int count, ulong seed) =>
        Sum(problem, estimator, use => SampledBatches.ForEachDrawn(problem, estimator.SamplesPerPrompt, count, seed, use));

    private static GradientMoments Sum(ExactProblem problem, Estimator estimator, Action<Action<Tensor, Tensor>> forEach)
    {
        using var scope = NewDisposeScope();
        var gram = problem.Jacobian.matmul(problem.Jacobian.t());
        var mean = zeros([problem.Jacobian.shape[0]], gram.dtype);
        var square = 0.0;
        forEach((rows, weights) =>
        {
            var gradients = BatchGradients.Of(problem, estimator, rows);
            mean.add_(weights.unsqueeze(0).matmul(gradients).squeeze(0));
            square += (weights * (gradients.matmul(gram) * gradients).sum(1)).sum().to_type(ScalarType.Float64).item<double>();
        });
        var gradient = mean.unsqueeze(0).matmul(problem.Jacobian).squeeze(0);
        return new(gradient.DetachFromDisposeScope(), square - gradient.square().sum().to_type(ScalarType.Float64).item<double>());
    }

    /// <inheritdoc/>
    public void Dispose() => Mean.Dispose();
}
