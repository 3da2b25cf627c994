using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>How an estimator's expected gradient ĝ lies to the exact gradient g: a row of an audit's table.</summary>
/// <param name="Estimator">Its name.</param>
/// <param name="Claim">What is said of it.</param>
/// <param name="Cosine">Of the angle between ĝ and g; 0 where ĝ vanishes.</param>
/// <param name="RelativeNorm">|ĝ| / |g|.</param>
/// <param name="Projection">ĝ·g / |g|²: the share of g that is followed.</param>
/// <param name="RelativeError">|ĝ - g| / |g|.</param>
/// <param name="Variance">E|g_batch - ĝ|² / |g|², of one batch's gradient; its inverse is the signal-to-noise ratio of an unbiased estimator.</param>
public sealed record Bias(
    string Estimator, Claim Claim, double Cosine, double RelativeNorm, double Projection, double RelativeError, double Variance)
{
    // An expectation smaller than this, relative to the exact gradient, is rounding.
    private const double Vanishing = 1e-12;

    /// <summary>How far the expected gradient is from what is said of it, relative to the exact gradient; infinite where nothing is said.</summary>
    public double Deviation => Claim switch
    {
        // |ĝ - f g|² = |ĝ|² - 2 f ĝ·g + f² |g|² would lose half of the digits; |ĝ - p g| and p - f are apart.
        Claim.Multiple multiple => Math.Sqrt(Math.Pow(Perpendicular, 2) + Math.Pow(Projection - multiple.Factor, 2)),
        Claim.Zero => RelativeNorm,
        Claim.Biased => double.PositiveInfinity,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>|ĝ - Projection g| / |g|: what is learned beside the objective.</summary>
    public double Perpendicular { get; init; }

    /// <summary>Measures an estimator by summing over every batch.</summary>
    /// <param name="problem">The completions.</param>
    /// <param name="estimator">The loss.</param>
    /// <param name="exact">[D], the exact gradient of what the loss should be.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more than a million batches.</exception>
    public static Bias Of(ExactProblem problem, Estimator estimator, Tensor exact)
    {
        using var moments = GradientMoments.Of(problem, estimator);
        return Compare(estimator, moments.Mean, exact, moments.Variance);
    }

    /// <summary>Compares an expected gradient with the exact one.</summary>
    /// <param name="estimator">Its name and claim.</param>
    /// <param name="expected">[D], ĝ.</param>
    /// <param name="exact">[D], g.</param>
    /// <param name="variance">E|g_batch - ĝ|².</param>
    public static Bias Compare(Estimator estimator, Tensor expected, Tensor exact, double variance)
    {
        using var scope = NewDisposeScope();
        var norm = Norm(exact);
        var relativeNorm = Norm(expected) / norm;
        var projection = expected.dot(exact).to_type(ScalarType.Float64).item<double>() / (norm * norm);
        var cosine = relativeNorm < Vanishing ? 0 : projection / relativeNorm;
        return new(estimator.Name, estimator.Claim, cosine, relativeNorm, projection, Norm(expected - exact) / norm, variance / (norm * norm))
        {
            Perpendicular = Norm(expected - (projection * exact)) / norm,
        };
    }

    private static double Norm(Tensor vector) => vector.square().sum().sqrt().to_type(ScalarType.Float64).item<double>();
}
