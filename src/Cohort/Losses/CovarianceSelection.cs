using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// The tokens of a minibatch that Clip-Cov and KL-Cov treat apart, by how log-prob and advantage vary together: they drive the entropy down
/// (arXiv:2505.22617). Means and shares are of the whole minibatch, so its micro-batches take their rows of one selection.
/// </summary>
public static class CovarianceSelection
{
    /// <summary>(A_t - mean A) (log π_t - mean log π): a token's share of the covariance over the minibatch.</summary>
    /// <param name="logProbs">[B,T], nats, of the whole minibatch. Anything outside the mask.</param>
    /// <param name="advantages">[B,T]. Anything outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor logProbs, Tensor advantages, Tensor mask)
    {
        Shapes.RequireSame(logProbs, advantages);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var product = (advantages - Masked.Mean(advantages, mask)) * (logProbs - Masked.Mean(logProbs, mask));
        return Masked.Zero(product, mask).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Clip-Cov's: of the tokens whose covariance lies strictly between the bounds and that the clip has not stopped, a share of all tokens,
    /// those with the smallest draws. As in the authors' code, at least one.
    /// </summary>
    /// <param name="loss">The clip range, the share and the bounds.</param>
    /// <param name="logProbs">[B,T], nats, of the whole minibatch. Anything outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats. Anything outside the mask.</param>
    /// <param name="advantages">[B,T]. Anything outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="draws">[B,T], numbers in [0, 1) whose order stands for a random order of the tokens.</param>
    /// <returns>[B,T] bool, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor ForClip(ClipCovLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask, Tensor draws)
    {
        Shapes.RequireSame(logProbs, draws);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var covariance = PerToken(logProbs, advantages, mask);
        var ratio = ImportanceRatio.Of(RatioLevel.Token, logProbs, oldLogProbs, mask);
        var (low, high) = ClippedSurrogate.Clipped(ratio, advantages, loss.Low, loss.High);
        var between = (covariance > loss.CovarianceLow).logical_and(covariance < loss.CovarianceHigh).logical_and(mask);
        return Largest(-draws, between.logical_and(~low).logical_and(~high), Share(loss.Fraction, mask)).MoveToOuterDisposeScope();
    }

    /// <summary>KL-Cov's: a share of all tokens, those with the largest covariance. As in the authors' code, at least one.</summary>
    /// <param name="loss">The share.</param>
    /// <param name="logProbs">[B,T], nats, of the whole minibatch. Anything outside the mask.</param>
    /// <param name="advantages">[B,T]. Anything outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T] bool, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor ForKl(KlCovLoss loss, Tensor logProbs, Tensor advantages, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Largest(PerToken(logProbs, advantages, mask), mask, Share(loss.Fraction, mask)).MoveToOuterDisposeScope();
    }

    private static long Share(double fraction, Tensor mask) => Math.Max((long)(fraction * mask.sum().item<long>()), 1);

    // The candidates with the largest scores, as many as there are up to a number.
    private static Tensor Largest(Tensor scores, Tensor candidates, long number)
    {
        using var scope = NewDisposeScope();
        var places = candidates.flatten().nonzero().squeeze(1);
        var (_, order) = scores.flatten().index_select(0, places).sort(descending: true);
        var chosen = places.index_select(0, order.narrow(0, 0, Math.Min(number, places.shape[0])));
        return zeros_like(candidates).flatten().index_fill(0, chosen, true).view_as(candidates).MoveToOuterDisposeScope();
    }
}
