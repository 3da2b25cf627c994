using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Measures estimators: over every group or batch where they are few, else over batches that are drawn.</summary>
/// <param name="samplesPerPrompt">G of the standard batch, to whose tokens variances are brought.</param>
/// <param name="seed">Of the batches that are drawn.</param>
internal sealed class EstimatorAudit(int samplesPerPrompt, ulong seed)
{
    // Up to here every group of a prompt, or every batch, is summed over; beyond, as many batches are drawn: an audit's time has a bound.
    private const int MostGroups = 6000;
    private const int MostBatches = 1000;

    /// <summary>An objective whose own REINFORCE estimator is known.</summary>
    /// <param name="name">In a table.</param>
    /// <param name="gradient">[D].</param>
    /// <param name="problem">In which it is sampled.</param>
    /// <param name="reinforce">REINFORCE without a baseline, for this objective.</param>
    public AuditObjective Objective(string name, Tensor gradient, ExactProblem problem, Estimator reinforce)
    {
        var (moments, _) = Moments(problem, reinforce);
        using (moments)
            return new(name, gradient, Signal(moments, gradient) / Tokens(problem, reinforce.SamplesPerPrompt));
    }

    /// <summary>A row of a table.</summary>
    public AuditRow Row(ExactProblem problem, AuditObjective objective, Audited audited)
    {
        var estimator = audited.Estimator;
        var (moments, standardError) = Moments(problem, estimator);
        using var _ = moments;
        var bias = Bias.Compare(estimator, moments.Mean, objective.Gradient, moments.Variance);
        var tokens = Tokens(problem, estimator.SamplesPerPrompt) + (audited.SamplesGreedy ? GreedyTokens(problem) : 0);
        var points = bias.Projection > 0 && bias.RelativeNorm > 1e-12;
        var worth = double.IsNaN(objective.SignalPerToken) ? double.NaN : !points ? 0 : Signal(moments, objective.Gradient) / tokens / objective.SignalPerToken;
        return new(
            estimator.Name,
            audited.Settings,
            objective.Name,
            InWords(estimator.Claim),
            estimator.Claim is not Claim.Biased,
            bias.Cosine,
            bias.RelativeNorm,
            bias.Projection,
            bias.RelativeError,
            bias.Perpendicular,
            double.IsFinite(bias.Deviation) ? bias.Deviation : null,
            bias.Variance * tokens / Tokens(problem, samplesPerPrompt),
            double.IsFinite(worth) ? worth : null,
            tokens,
            standardError / Norm(objective.Gradient));
    }

    /// <summary>Rows for one objective.</summary>
    public IReadOnlyList<AuditRow> Rows(ExactProblem problem, AuditObjective objective, IEnumerable<Audited> audited) =>
        [.. audited.Select(each => Row(problem, objective, each))];

    /// <summary>Mean and variance of an estimator's gradient, and the mean's standard error over all entries; the moments are the caller's.</summary>
    public (GradientMoments Moments, double StandardError) Moments(ExactProblem problem, Estimator estimator)
    {
        if (SampledBatches.GroupCount(problem.Tree, estimator.SamplesPerPrompt) <= MostGroups
            && GradientMoments.TryOfGroups(problem, estimator, out var each))
        {
            return (each, 0);
        }

        if (SampledBatches.Count(problem.Tree, estimator.SamplesPerPrompt) <= MostBatches)
            return (GradientMoments.Of(problem, estimator), 0);

        var drawn = GradientMoments.Drawn(problem, estimator, MostBatches, seed);
        return (drawn, Math.Sqrt(drawn.Variance / MostBatches));
    }

    /// <summary>Expected tokens of a batch.</summary>
    /// <param name="problem">Completions and who samples.</param>
    /// <param name="samples">G.</param>
    public static double Tokens(ExactProblem problem, int samples)
    {
        using var scope = NewDisposeScope();
        return samples * (problem.SamplingProbabilities * problem.Tree.Lengths).sum().item<double>();
    }

    /// <summary>The length of a vector.</summary>
    public static double Norm(Tensor vector)
    {
        using var scope = NewDisposeScope();
        return vector.square().sum().sqrt().item<double>();
    }

    private static double GreedyTokens(ExactProblem problem)
    {
        using var scope = NewDisposeScope();
        var lengths = TreeMoments.GreedyScores(problem.Tree, problem.OldDistributions, problem.Tree.Lengths.to_type(ScalarType.Float64));
        return lengths.view(problem.Tree.Shape.Prompts, -1).select(1, 0).sum().item<double>();
    }

    private static double Signal(GradientMoments moments, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var along = moments.Mean.dot(gradient).item<double>() / Norm(gradient);
        return along * along / moments.Variance;
    }

    private static string InWords(Claim claim) => claim switch
    {
        Claim.Multiple { Factor: 1 } => "unbiased",
        Claim.Multiple multiple => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exact times {multiple.Factor:0.####}"),
        Claim.Biased biased => biased.Why,
        Claim.Zero => "zero",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
