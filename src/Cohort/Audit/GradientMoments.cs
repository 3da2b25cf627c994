using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Mean and variance of an estimator's gradient over every batch that can be sampled. Owns its tensor.</summary>
public sealed class GradientMoments : IDisposable
{
    private GradientMoments(Tensor mean, double variance) => (Mean, Variance) = (mean, variance);

    /// <summary>[D], the expected gradient of the loss.</summary>
    public Tensor Mean { get; }

    /// <summary>E|g - E g|^2 of one batch's gradient g, summed over its D entries.</summary>
    public double Variance { get; }

    /// <summary>Sums over every batch.</summary>
    /// <param name="problem">The completions.</param>
    /// <param name="estimator">The loss.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are more than a million batches.</exception>
    public static GradientMoments Of(ExactProblem problem, Estimator estimator)
    {
        using var scope = NewDisposeScope();
        var gram = problem.Jacobian.matmul(problem.Jacobian.t());
        var mean = zeros([problem.Jacobian.shape[0]], gram.dtype);
        var square = 0.0;
        SampledBatches.ForEach(problem, estimator.SamplesPerPrompt, (rows, weights) =>
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
