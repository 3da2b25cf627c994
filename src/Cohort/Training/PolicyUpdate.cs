using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>The weights of the composite objective's terms in one step.</summary>
/// <param name="Kl">β.</param>
/// <param name="Entropy">c_ent.</param>
internal readonly record struct Coefficients(double Kl, double Entropy);

/// <summary>What became of one minibatch.</summary>
internal enum UpdateOutcome
{
    /// <summary>The optimizer stepped.</summary>
    Stepped,

    /// <summary>The KL to the old policy has passed its limit.</summary>
    KlLimit,

    /// <summary>No row of it counts.</summary>
    NothingToLearn,
}

/// <summary>One optimizer step of the policy on one minibatch: the policy's part of the seed's composite objective.</summary>
internal sealed class PolicyUpdate(LanguageModel policy, LanguageModel reference, RunOptions options, int microBatchRows, int longestResponse)
    : IDisposable
{
    private static readonly string[] Sums =
    [
        MetricNames.Entropy, MetricNames.RatioMean, MetricNames.ClipLow, MetricNames.ClipHigh, MetricNames.KlOldK1, MetricNames.KlOldK3,
        .. RatioBands.Names,
    ];

    /// <summary>The policy's optimizer.</summary>
    public Optimizer Optimizer { get; } = Optimizer.Create(policy, options.Optimizer);

    /// <summary>Gradient and step on some rows.</summary>
    /// <param name="batch">The step's batch.</param>
    /// <param name="advantages">[B,T] float32.</param>
    /// <param name="rows">The minibatch.</param>
    /// <param name="coefficients">β and c_ent of this step.</param>
    /// <param name="share">Where in the run's budget the step lies.</param>
    /// <param name="measures">Takes the numbers.</param>
    /// <param name="beforeStep">Called between the gradient and the optimizer's step.</param>
    /// <param name="cancel">Read between micro-batches.</param>
    /// <exception cref="NonFiniteException">The gradient is not finite; the weights are as they were.</exception>
    public UpdateOutcome Improve(
        RolloutBatch batch,
        Tensor advantages,
        long[] rows,
        Coefficients coefficients,
        BudgetShare share,
        Measures measures,
        Action<Measures> beforeStep,
        CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: batch.Tokens.device);
        var mask = batch.LossMask.index_select(0, index);
        var totals = new StepTotals(mask.any(1).sum().item<long>(), mask.sum().item<long>(), longestResponse);
        if (totals.Tokens == 0)
        {
            return UpdateOutcome.NothingToLearn;
        }

        advantages = SurrogateLoss.Advantages(options.Algorithm, batch, advantages, index);
        var chosen = TokenChoice.Of(policy, batch, advantages, rows, options, microBatchRows, Optimizer.Steps);
        Optimizer.ZeroGradients();
        var klToOld = 0.0;
        foreach (var micro in batch.Split(rows, microBatchRows))
        {
            cancel.ThrowIfCancellationRequested();
            klToOld += Accumulate(micro, advantages, chosen, coefficients, totals, measures);
        }

        beforeStep(measures);
        if (options.Update.StopAtKl > 0 && klToOld / totals.Tokens > options.Update.StopAtKl)
        {
            return UpdateOutcome.KlLimit;
        }

        var rate = LearningRate.At(options.Optimizer, Optimizer.Steps, share);
        measures.Mean(MetricNames.GradientNorm, Optimizer.Step(rate), 1);
        measures.Set(MetricNames.LearningRate, rate);
        return UpdateOutcome.Stepped;
    }

    public void Dispose() => Optimizer.Dispose();

    // Adds the micro-batch's gradient; gives its sum of KL(old || current).
    private double Accumulate(
        MicroBatch micro, Tensor allAdvantages, TokenChoice chosen, Coefficients coefficients, StepTotals totals, Measures measures)
    {
        using var scope = NewDisposeScope();
        var algorithm = options.Algorithm;
        var (tokens, mask) = (micro.Tokens(), micro.Take(micro.Batch.LossMask));
        var (advantages, old) = (micro.Take(allAdvantages), micro.Take(micro.Batch.OldLogProbs));
        var count = mask.sum().item<long>();
        if (count == 0)
        {
            return 0;
        }

        var kl = algorithm.Kl;
        var klActs = coefficients.Kl > 0 && kl.ActsInLoss;
        var comparesAll = klActs && kl.ComparesWhole;
        var measured = PolicyForward.PerToken(
            comparesAll ? [policy, reference] : [policy], tokens, mask, options.Rollout.Temperature, Measure, whole: comparesAll);
        var (logProbs, entropy) = (measured[0], measured[^1]);
        var ratio = ImportanceRatio.PerToken(logProbs, old);
        var loss = Term(MetricNames.Surrogate, SurrogateLoss.PerToken(algorithm, micro, logProbs, advantages, mask, chosen), 1);

        if (coefficients.Entropy != 0)
        {
            loss = loss + Term(MetricNames.EntropyTerm, entropy, -coefficients.Entropy);
        }

        if (klActs)
        {
            var perToken = comparesAll ? measured[1] : KlEstimators.Weighted(kl.Estimator, logProbs, micro.Take(micro.Batch.RefLogProbs), ratio);
            loss = loss + Term(MetricNames.KlTerm, perToken, coefficients.Kl);
        }

        loss.backward();

        using var _ = no_grad();
        var (low, high) = PolicyLosses.Stopped(algorithm.Loss, logProbs, old, advantages, mask);
        var klOld = KlEstimators.PerToken(KlEstimator.K3, old, logProbs);
        var counting = ratio.masked_select(mask);
        var sums = stack(
        [
            entropy.sum(), counting.sum(), low.sum().to_type(ScalarType.Float32), high.sum().to_type(ScalarType.Float32),
            (old - logProbs).sum(), klOld.sum(),
        ]);
        measures.Means(Sums, cat([sums, RatioBands.Count(counting)]), count);
        measures.Lower(MetricNames.RatioLowest, counting.min().item<float>());
        measures.Raise(MetricNames.RatioHighest, counting.max().item<float>());
        return klOld.sum().item<float>();

        // Everything that needs whole distributions. The entropy is only watched where it is not in the loss.
        Tensor[] Measure(TokenDistribution[] distributions, Tensor targets)
        {
            var (logProbs, entropies) = Entropy.WithLogProbs(distributions[0], targets, learns: coefficients.Entropy != 0);
            return comparesAll
                ? [logProbs, KlEstimators.Exact(distributions[0].LogProbs(), distributions[1].LogProbs()), entropies]
                : [logProbs, entropies];
        }

        // One term of the composite objective, logged with its weight as a mean over the step's updates.
        Tensor Term(string name, Tensor perToken, double weight)
        {
            var share = weight * TokenLoss.Share(perToken, mask, algorithm.Reduction, totals);
            var value = share.item<float>();
            if (!float.IsFinite(value))
            {
                throw new NonFiniteException(name);
            }

            measures.Mean(name, value, (double)count / totals.Tokens);
            return share;
        }
    }
}
