using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Mean and variance of an estimator's gradient over the batches that can be sampled. Owns its tensor.</summary>
public sealed class GradientMoments : IDisposable
{
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
