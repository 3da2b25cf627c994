using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>One optimizer step of the policy on one minibatch: the policy's part of the seed's composite objective.</summary>
internal sealed class PolicyUpdate(LanguageModel policy, LanguageModel reference, RunOptions options, int microBatchRows, int longestResponse)
    : IDisposable
{
    private static readonly string[] Sums =
    [
        MetricNames.Entropy, MetricNames.RatioMean, MetricNames.ClipLow, MetricNames.ClipHigh, MetricNames.KlOldK1, MetricNames.KlOldK3,
    ];

    /// <summary>The policy's optimizer.</summary>
    public Optimizer Optimizer { get; } = Optimizer.Create(policy, options.Optimizer);

    /// <summary>Gradient and step on some rows.</summary>
    /// <param name="batch">The step's batch.</param>
    /// <param name="advantages">[B,T] float32.</param>
    /// <param name="rows">The minibatch.</param>
    /// <param name="beta">The KL coefficient of this step.</param>
    /// <param name="progress">The share of the run's budget that is used up.</param>
    /// <param name="measures">Takes the numbers.</param>
    /// <param name="beforeStep">Called between the gradient and the optimizer's step.</param>
    /// <param name="cancel">Read between micro-batches.</param>
    /// <returns>Whether the optimizer stepped; false where the KL to the old policy passed its limit.</returns>
    /// <exception cref="NonFiniteException">The gradient is not finite; the weights are as they were.</exception>
    public bool Improve(
        RolloutBatch batch,
        Tensor advantages,
        long[] rows,
        double beta,
        double progress,
        Measures measures,
        Action<Measures> beforeStep,
        CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: batch.Tokens.device);
        var mask = batch.ResponseMask.index_select(0, index);
        var totals = new StepTotals(mask.any(1).sum().item<long>(), mask.sum().item<long>(), longestResponse);
        if (totals.Tokens == 0)
        {
            return true;
        }

        if (options.Algorithm.NormalizeAdvantages)
        {
            var normalized = zeros_like(advantages);
            normalized.index_copy_(0, index, Masked.Normalize(advantages.index_select(0, index), mask));
            advantages = normalized;
        }

        Optimizer.ZeroGradients();
        var klToOld = 0.0;
        foreach (var micro in batch.Split(rows, microBatchRows))
        {
            cancel.ThrowIfCancellationRequested();
            klToOld += Accumulate(micro, advantages, beta, totals, measures);
        }

        beforeStep(measures);
        if (options.Update.StopAtKl > 0 && klToOld / totals.Tokens > options.Update.StopAtKl)
        {
            return false;
        }

        var rate = LearningRate.At(options.Optimizer, Optimizer.Steps, progress);
        measures.Mean(MetricNames.GradientNorm, Optimizer.Step(rate), 1);
        measures.Set(MetricNames.LearningRate, rate);
        return true;
    }

    public void Dispose() => Optimizer.Dispose();

    // Adds the micro-batch's gradient; gives its sum of KL(old || current).
    private double Accumulate(MicroBatch micro, Tensor allAdvantages, double beta, StepTotals totals, Measures measures)
    {
        using var scope = NewDisposeScope();
        var algorithm = options.Algorithm;
        var (tokens, mask) = (micro.Tokens(), micro.Take(micro.Batch.ResponseMask));
        var (advantages, old) = (micro.Take(allAdvantages), micro.Take(micro.Batch.OldLogProbs));
        var count = mask.sum().item<long>();
        if (count == 0)
        {
            return 0;
        }

        var distribution = PolicyForward.Distribution(policy, tokens, mask, options.Rollout.Temperature);
        var logProbs = TokenLogProbs.Spread(TokenLogProbs.Of(distribution, TokenLogProbs.Targets(tokens, mask)), mask);
        var ratio = ImportanceRatio.PerToken(logProbs, old);
        var surrogate = ClippedSurrogate.PerToken(ratio, advantages, algorithm.Clip.Low, algorithm.Clip.High);
        var loss = Term(MetricNames.Surrogate, surrogate, 1);

        using var entropyGradient = set_grad_enabled(algorithm.EntropyCoefficient > 0);
        var entropy = TokenLogProbs.Spread(Entropy.PerToken(distribution), mask);
        using var lossGradient = set_grad_enabled(true);
        if (algorithm.EntropyCoefficient > 0)
        {
            loss = loss + Term(MetricNames.EntropyTerm, entropy, -algorithm.EntropyCoefficient);
        }

        if (beta > 0 && algorithm.Kl.Placement == KlPlacement.InLoss)
        {
            loss = loss + Term(MetricNames.KlTerm, KlToReference(micro, distribution, logProbs, ratio, tokens, mask), beta);
        }

        loss.backward();

        using var _ = no_grad();
        var (low, high) = ClippedSurrogate.Clipped(ratio, advantages, algorithm.Clip.Low, algorithm.Clip.High);
        var klOld = KlEstimators.PerToken(KlEstimator.K3, old, logProbs);
        var counting = ratio.masked_select(mask);
        var sums = stack(
        [
            entropy.sum(), counting.sum(), low.sum().to_type(ScalarType.Float32), high.sum().to_type(ScalarType.Float32),
            (old - logProbs).sum(), klOld.sum(),
        ]);
        measures.Means(Sums, sums, count);
        measures.Lower(MetricNames.RatioLowest, counting.min().item<float>());
        measures.Raise(MetricNames.RatioHighest, counting.max().item<float>());
        return klOld.sum().item<float>();

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

    private Tensor KlToReference(MicroBatch micro, Tensor distribution, Tensor logProbs, Tensor ratio, Tensor tokens, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var estimator = options.Algorithm.Kl.Estimator;
        if (estimator != KlEstimator.Exact)
        {
            return KlEstimators.Weighted(estimator, logProbs, micro.Take(micro.Batch.RefLogProbs), ratio).MoveToOuterDisposeScope();
        }

        var target = PolicyForward.Distribution(reference, tokens, mask, options.Rollout.Temperature);
        return TokenLogProbs.Spread(KlEstimators.Exact(distribution, target), mask).MoveToOuterDisposeScope();
    }
}
