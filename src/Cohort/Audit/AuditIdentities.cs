using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>The identities of the policy gradient (seed, "The Gradient Estimator" to "True Objective vs Surrogate"), measured.</summary>
internal static class AuditIdentities
{
    // Ratios around the clip's ends 0.8 and 1.2.
    private static readonly double[] Ratios = [0.5, 0.79, 0.81, 1, 1.19, 1.21, 2];
    private static readonly double[] AdvantagesTried = [1.3, -0.7];
    private const int MostPoints = 25;

    /// <summary>Numbers that vanish where an identity holds, and where it does not reach.</summary>
    /// <param name="audit">Measures.</param>
    /// <param name="problem">On-policy.</param>
    /// <param name="gradient">[D], of -E[s].</param>
    public static IReadOnlyList<AuditIdentity> Of(EstimatorAudit audit, ExactProblem problem, Tensor gradient)
    {
        return
        [
            new("E[∇log π · b] = 0, b a constant", Mean(rows => full_like(rows.OldLogProbs, 0.37)), Holds: true),
            new("E[∇log π · b] = 0, b of the prompt", Mean(rows => rows.Of(PerPrompt()).unsqueeze(1).expand_as(rows.Mask)), Holds: true),
            new("E[∇log π · b] = 0, b of the state", Mean(rows => rows.Of(problem.Tree.Nodes.to_type(ScalarType.Float64).add(1).sin())), Holds: true),
            new("b of the response's length: not covered", Mean(rows => rows.Mask.sum(1, keepdim: true).expand_as(rows.Mask).to_type(ScalarType.Float64)),
                Holds: false),
            new("clipped surrogate = REINFORCE at ratio 1, each batch", FarFromReinforce(new ClippedLoss()), Holds: true),
            new("unclipped surrogate = REINFORCE at ratio 1, each batch", FarFromReinforce(new UnclippedLoss()), Holds: true),
        ];

        double Mean(Func<SampledRows, Tensor> baseline)
        {
            using var scope = NewDisposeScope();
            var (moments, _) = audit.Moments(problem, ScoreEstimators.Reinforce(
                "baseline", new Claim.Zero(), 1, Reduction.ResponseSum, rows => baseline(rows).masked_fill(~rows.Mask, 0)));
            using (moments)
                return EstimatorAudit.Norm(moments.Mean) / EstimatorAudit.Norm(gradient);
        }

        double FarFromReinforce(PolicyLoss loss)
        {
            using var scope = NewDisposeScope();
            using var moments = GradientMoments.Of(problem, new("difference", new Claim.Zero(), SamplesPerPrompt: 1, Reduction.ResponseSum, rows =>
            {
                var advantages = rows.Broadcast(rows.Scores - 0.37);
                return ScoreEstimators.Loss(loss, rows, advantages) - ScoreEstimators.Loss(new ReinforceLoss(), rows, advantages);
            }));
            var meanSquare = Math.Max(0, moments.Variance) + moments.Mean.square().sum().item<double>();
            return Math.Sqrt(meanSquare) / EstimatorAudit.Norm(gradient);
        }

        Tensor PerPrompt() =>
            (arange(problem.Tree.Completions, ScalarType.Int64) / problem.Tree.CompletionsPerPrompt).floor().to_type(ScalarType.Float64) + 0.5;
    }

    /// <summary>Where the clipped surrogate of PPO, at its default clip of 0.2, has a gradient.</summary>
    public static IReadOnlyList<ClippingCell> Clipping()
    {
        return [.. AdvantagesTried.SelectMany(advantage => Ratios.Select(ratio => new ClippingCell(ratio, advantage, Kept(ratio, advantage))))];

        static double Kept(double ratio, double advantage)
        {
            using var scope = NewDisposeScope();
            using var _ = enable_grad();
            var old = full([1, 1], -1.2, ScalarType.Float64);
            var current = (old + Math.Log(ratio)).requires_grad_(true);
            var mask = ones([1, 1], ScalarType.Bool);
            var loss = PolicyLosses.PerToken(new ClippedLoss(), current, old, full_like(old, advantage), mask, zeros_like(mask)).sum();
            return 0 - (autograd.grad([loss], [current])[0].item<double>() / (ratio * advantage)); // 0, and no -0
        }
    }

    /// <summary>Objective and surrogates along the path up the gradient of J; advantages are the score less the prompt's exact mean.</summary>
    /// <param name="subject">Whose.</param>
    public static IReadOnlyList<SurrogatePoint> Line(AuditedSubject subject)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (task, tree) = (subject.Task, subject.Task.Tree);
        var points = subject.Path(kl: 0.5, (step, current, old) =>
        {
            var (probabilities, logProbs, oldLogProbs) =
                (TreeMoments.Probabilities(tree, old), TreeMoments.LogProbs(tree, current), TreeMoments.LogProbs(tree, old));
            var means = (probabilities * task.Scores).view(tree.Shape.Prompts, -1).sum(1).repeat_interleave(tree.CompletionsPerPrompt);
            var advantages = (task.Scores - means).unsqueeze(1) * tree.Mask;
            var objective = (TreeMoments.Probabilities(tree, current) * task.Scores).sum() - (probabilities * task.Scores).sum();
            return new SurrogatePoint(
                step,
                Math.Max(0, ExactObjectives.SequenceKl(tree, old, current).item<double>()),
                objective.item<double>() / tree.Shape.Prompts,
                Surrogate(new UnclippedLoss { Ratio = RatioLevel.Product }, perResponse: true),
                Surrogate(new UnclippedLoss(), perResponse: false),
                Surrogate(new ClippedLoss(), perResponse: false));

            double Surrogate(PolicyLoss loss, bool perResponse)
            {
                var gain = At(oldLogProbs) - At(logProbs);
                return (probabilities * gain).sum().item<double>() / tree.Shape.Prompts;

                Tensor At(Tensor now)
                {
                    var perToken = PolicyLosses.PerToken(loss, now, oldLogProbs, advantages, tree.Mask, zeros_like(tree.Mask)).sum(1);
                    return perResponse ? perToken / tree.Lengths : perToken;
                }
            }
        });
        var every = (points.Count + MostPoints - 3) / (MostPoints - 1);
        return [.. points.Where((_, place) => place % every == 0 || place == points.Count - 1)];
    }

    /// <summary>The expected gradient of generalized advantages with an exact critic and λ = 1, plain and normalized, over growing batches.</summary>
    /// <param name="audit">Measures.</param>
    /// <param name="problem">On-policy.</param>
    /// <param name="gradient">[D], of -E[s].</param>
    /// <param name="critic">Exact.</param>
    public static IReadOnlyList<NormalizationRow> Normalization(EstimatorAudit audit, ExactProblem problem, Tensor gradient, AuditedCritic critic)
    {
        var objective = new AuditObjective("score", gradient, double.NaN);
        return [.. new[] { 1, 2, 4, 8 }.SelectMany(samples => new[] { Row(samples, normalized: false), Row(samples, normalized: true) })];

        NormalizationRow Row(int samples, bool normalized)
        {
            var row = audit.Row(problem, objective, new("", ScoreEstimators.Reinforce(
                "normalized", new Claim.Biased("any"), samples, Reduction.ResponseSum, rows =>
                {
                    var advantages = critic.Advantages(rows, discount: 1, lambda: 1);
                    return normalized ? AuditedAdvantages.Normalized(rows, advantages) : advantages;
                })));
            return new(
                samples * problem.Tree.Shape.Prompts, normalized, row.Cosine, row.Projection, row.RelativeError, row.Perpendicular, row.StandardError);
        }
    }

    /// <summary>The expected gradient of leave-one-out advantages under each reduction, taken apart by right and wrong, short and long.</summary>
    /// <param name="audit">Measures.</param>
    /// <param name="problem">On-policy.</param>
    /// <param name="gradient">[D], of -E[s].</param>
    /// <param name="samplesPerPrompt">G.</param>
    public static IReadOnlyList<LengthRow> Lengths(EstimatorAudit audit, ExactProblem problem, Tensor gradient, int samplesPerPrompt)
    {
        return
        [
            Row("sum of a response", Reduction.ResponseSum), Row("fixed length", Reduction.FixedLength), Row("1/|o|", Reduction.ResponseMean),
            Row("token mean", Reduction.TokenMean),
        ];

        LengthRow Row(string name, Reduction reduction)
        {
            using var scope = NewDisposeScope();
            var parts = new[] { (true, false), (true, true), (false, false), (false, true) }.Select(part => Part(reduction, part.Item1, part.Item2)).ToArray();
            var (all, norms) = (stack(parts).sum([0]), parts.Select(EstimatorAudit.Norm).ToArray());
            var cosine = all.dot(gradient).item<double>() / (EstimatorAudit.Norm(all) * EstimatorAudit.Norm(gradient));
            var total = norms.Sum();
            return new(name, cosine, norms[0] / total, norms[1] / total, norms[2] / total, norms[3] / total);
        }

        Tensor Part(Reduction reduction, bool isRight, bool isLong)
        {
            var (moments, _) = audit.Moments(problem, ScoreEstimators.Reinforce("part", new Claim.Biased("any"), samplesPerPrompt, reduction, rows =>
            {
                var lengthy = rows.Mask.sum(1) > problem.Tree.Shape.Length / 2;
                var counts = (isRight ? rows.Scores == 1 : rows.Scores != 1).logical_and(isLong ? lengthy : ~lengthy);
                return ScoreEstimators.LeaveOneOut(rows).masked_fill(~counts.unsqueeze(1), 0);
            }));
            using (moments)
                return moments.Mean.clone();
        }
    }
}
