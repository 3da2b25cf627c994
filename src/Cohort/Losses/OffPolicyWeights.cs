using System.Diagnostics;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// Weights that correct for completions of another policy than the old one (seed, "Importance Sampling and Off-Policy Correction"): they
/// multiply a token's loss and carry no gradient. Computed once over the whole batch, of which micro-batches take rows.
/// </summary>
public static class OffPolicyWeights
{
    // A log-ratio beyond this is held there: exp(20) = 4.9e8 lies above every upper bound, and no weight overflows.
    private const double LargestLogRatio = 20;

    // What divides is at least this, so that weights that are all 0 stay 0.
    private const double SmallestDivisor = 1e-30;

    /// <summary>w_t from the ratios pi_old / pi_behaviour of the correction's level, bounded by its method.</summary>
    /// <param name="correction">Method, level and bounds.</param>
    /// <param name="oldLogProbs">[B,T], nats; the policy at the start of the step.</param>
    /// <param name="behaviourLogProbs">[B,T], nats; what sampled the tokens.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T], 0 outside the mask, no gradient, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Of(OffPolicyCorrection correction, Tensor oldLogProbs, Tensor behaviourLogProbs, Tensor mask)
    {
        Shapes.RequireSame(oldLogProbs, behaviourLogProbs);
        using var scope = NewDisposeScope();
        var logRatio = Masked.Zero(oldLogProbs.detach() - behaviourLogProbs.detach(), mask);
        var ratio = Ratio(OfLevel(correction.Level, logRatio, mask));
        var outside = (ratio < correction.Low).logical_or(ratio > correction.High);
        var bounded = correction.Method switch
        {
            OffPolicyMethod.None => ones_like(ratio),
            OffPolicyMethod.Truncate => ratio.clamp(correction.Low, correction.High),
            OffPolicyMethod.Mask => ratio.masked_fill(outside, 0),
            OffPolicyMethod.Gate => Ratio(logRatio).masked_fill(outside, 0),
            _ => throw new UnreachableException(),
        };
        var weights = Masked.Zero(bounded, mask);
        var scaled = correction.Normalize ? weights / Mean(correction.Level, weights, mask).clamp(min: SmallestDivisor) : weights;
        return scaled.MoveToOuterDisposeScope();
    }

    /// <summary>The weights' mean, by which <see cref="OffPolicyCorrection.Normalize"/> divides.</summary>
    /// <param name="level">Over the tokens for the token level; else each response's mean, over the responses.</param>
    /// <param name="weights">[B,T], 0 outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[] scalar, 0 where nothing counts, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape differs or the mask is not bool.</exception>
    public static Tensor Mean(OffPolicyLevel level, Tensor weights, Tensor mask)
    {
        using var scope = NewDisposeScope();
        if (level == OffPolicyLevel.Token)
        {
            return Masked.Mean(weights, mask).MoveToOuterDisposeScope();
        }

        var ofResponses = Masked.Zero(weights, mask).sum(1) / mask.sum(1); // NaN for a response without tokens, which does not count
        return Masked.Mean(ofResponses, mask.any(1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Kish's effective sample size as a share of the tokens, (Σ w)² / (n Σ w²): 1 where all weigh the same, 1/n where one has all the weight.
    /// </summary>
    /// <param name="weights">[B,T].</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[] scalar in [0, 1], 0 where no token has weight, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape differs or the mask is not bool.</exception>
    public static Tensor EffectiveSampleSize(Tensor weights, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var counted = Masked.Zero(weights, mask);
        return (counted.sum().square() / (mask.sum() * counted.square().sum()).clamp(min: SmallestDivisor)).MoveToOuterDisposeScope();
    }

    private static Tensor Ratio(Tensor logRatio) => logRatio.clamp(-LargestLogRatio, LargestLogRatio).exp();

    private static Tensor OfLevel(OffPolicyLevel level, Tensor logRatio, Tensor mask) => level switch
    {
        OffPolicyLevel.Token => logRatio,
        OffPolicyLevel.Sequence => logRatio.sum(1, keepdim: true).expand_as(logRatio),
        OffPolicyLevel.SequenceMean => (logRatio.sum(1, keepdim: true) / mask.sum(1, keepdim: true)).expand_as(logRatio),
        _ => throw new UnreachableException(),
    };
}
