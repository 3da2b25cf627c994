using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>The two losses that keep entropy by treating the tokens of <see cref="CovarianceSelection"/> apart (arXiv:2505.22617).</summary>
public static class CovarianceLoss
{
    /// <summary>Clip-Cov: the clipped surrogate, and 0 on the selected tokens.</summary>
    /// <param name="loss">The clip range.</param>
    /// <param name="ratio">[B,T], r_t from <see cref="ImportanceRatio"/>; carries gradient.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <param name="selected">[B,T] bool, from <see cref="CovarianceSelection.ForClip"/> over the whole minibatch.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Clipped(ClipCovLoss loss, Tensor ratio, Tensor advantages, Tensor selected)
    {
        using var scope = NewDisposeScope();
        return Masked.Zero(ClippedSurrogate.PerToken(ratio, advantages, loss.Low, loss.High), ~selected).MoveToOuterDisposeScope();
    }

    /// <summary>KL-Cov: -r_t A_t, plus β |log π_t - log π_old,t| on the selected tokens.</summary>
    /// <param name="loss">β.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats. 0 outside the mask.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <param name="selected">[B,T] bool, from <see cref="CovarianceSelection.ForKl"/> over the whole minibatch.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Penalized(KlCovLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor selected)
    {
        using var scope = NewDisposeScope();
        var surrogate = UnclippedSurrogate.PerToken(ImportanceRatio.PerToken(logProbs, oldLogProbs), advantages);
        return (surrogate + (loss.Coefficient * Masked.Zero((logProbs - oldLogProbs).abs(), selected))).MoveToOuterDisposeScope();
    }
}
