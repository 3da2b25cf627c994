using System.Diagnostics;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>Every policy loss by its options: the one switch over the closed set.</summary>
public static class PolicyLosses
{
    /// <summary>
    /// The loss at each token; lower is better. Where the ratio is the response's, each of its tokens holds the response's loss, so that 1/|o|
    /// and then the mean of the responses is the mean over responses.
    /// </summary>
    /// <param name="loss">Which loss.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. Anything outside the mask, as every argument here.</param>
    /// <param name="oldLogProbs">[B,T], nats; the policy that sampled the tokens.</param>
    /// <param name="advantages">[B,T], A_t; without gradient.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="selected">[B,T] bool, these rows of <see cref="Select"/> over the whole minibatch.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(
        PolicyLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask, Tensor selected)
    {
        Require(logProbs, oldLogProbs, advantages, mask);
        Shapes.RequireMask(logProbs, selected);
        using var scope = NewDisposeScope();
        var (current, old, credit) = (Masked.Zero(logProbs, mask), Masked.Zero(oldLogProbs, mask), Masked.Zero(advantages, mask));
        var perToken = loss switch
        {
            ClippedLoss clipped => ClippedSurrogate.PerToken(
                Ratio(clipped.Ratio), credit, clipped.Low, clipped.High, clipped.DualClip, clipped.RatioCap),
            UnclippedLoss unclipped => UnclippedSurrogate.PerToken(Ratio(unclipped.Ratio), credit),
            ReinforceLoss => ScoreFunction.PerToken(current, credit),
            CispoLoss cispo => ClippedWeight.PerToken(cispo, current, Ratio(RatioLevel.Token), credit),
            SapoLoss sapo => SoftGate.PerToken(sapo, Ratio(RatioLevel.Token), credit),
            GeometricMeanLoss geometric => GeometricMean.PerToken(geometric, current, old, credit, mask),
            DppoLoss dppo => DivergenceMask.PerToken(dppo, current, old, credit),
            ClipCovLoss clipCov => CovarianceLoss.Clipped(clipCov, Ratio(RatioLevel.Token), credit, selected),
            KlCovLoss klCov => CovarianceLoss.Penalized(klCov, current, old, credit, selected),
            DroLoss dro => SquaredLogRatio.PerToken(dro, current, old, credit),
            VespoLoss vespo => GammaWeight.PerToken(vespo, current, old, credit),
            _ => throw new UnreachableException(),
        };
        return perToken.MoveToOuterDisposeScope();

        Tensor Ratio(RatioLevel level) => ImportanceRatio.Of(level, current, old, mask);
    }

    /// <summary>
    /// The tokens whose gradient the loss has stopped, for clip fractions: Low where the ratio has become too small, High where too large.
    /// Clip-Cov's selected tokens are not among them.
    /// </summary>
    /// <param name="loss">Which loss.</param>
    /// <param name="logProbs">[B,T], nats. Anything outside the mask, as every argument here.</param>
    /// <param name="oldLogProbs">[B,T], nats.</param>
    /// <param name="advantages">[B,T], A_t.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>Two masks [B,T] bool, false outside the mask, owned by the caller's scope; all false for losses that stop no gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static (Tensor Low, Tensor High) Stopped(
        PolicyLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask)
    {
        Require(logProbs, oldLogProbs, advantages, mask);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (current, old, credit) = (Masked.Zero(logProbs, mask), Masked.Zero(oldLogProbs, mask), Masked.Zero(advantages, mask));
        var (low, high) = loss switch
        {
            ClippedLoss clipped => ClippedSurrogate.Clipped(
                ImportanceRatio.Of(clipped.Ratio, current, old, mask), credit, clipped.Low, clipped.High, clipped.DualClip, clipped.RatioCap),
            ClipCovLoss clipCov => ClippedSurrogate.Clipped(ImportanceRatio.PerToken(current, old), credit, clipCov.Low, clipCov.High),
            GeometricMeanLoss geometric => GeometricMean.Clipped(geometric, current, old, credit),
            DppoLoss dppo => DivergenceMask.Stopped(dppo, current, old, credit),
            UnclippedLoss or ReinforceLoss or CispoLoss or SapoLoss or KlCovLoss or DroLoss or VespoLoss => (zeros_like(mask), zeros_like(mask)),
            _ => throw new UnreachableException(),
        };
        return (low.MoveToOuterDisposeScope(), high.MoveToOuterDisposeScope());
    }

    /// <summary>Whether the loss treats some tokens of the minibatch apart, so that <see cref="Select"/> needs the whole minibatch's log-probs.</summary>
    /// <param name="loss">Which loss.</param>
    public static bool NeedsSelection(PolicyLoss loss) => loss is ClipCovLoss or KlCovLoss;

    /// <summary>The tokens that the loss treats apart, chosen over the whole minibatch.</summary>
    /// <param name="loss">Which loss.</param>
    /// <param name="logProbs">[B,T], nats, of the whole minibatch before its update. Anything outside the mask, as every argument here.</param>
    /// <param name="oldLogProbs">[B,T], nats.</param>
    /// <param name="advantages">[B,T], A_t.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="draws">[B,T], numbers in [0, 1) whose order stands for a random order of the tokens.</param>
    /// <returns>[B,T] bool, owned by the caller's scope; all false where <see cref="NeedsSelection"/> is.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Select(
        PolicyLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask, Tensor draws)
    {
        Require(logProbs, oldLogProbs, advantages, mask);
        using var scope = NewDisposeScope();
        var selected = loss switch
        {
            ClipCovLoss clipCov => CovarianceSelection.ForClip(clipCov, logProbs, oldLogProbs, advantages, mask, draws),
            KlCovLoss klCov => CovarianceSelection.ForKl(klCov, logProbs, advantages, mask),
            _ => zeros_like(mask),
        };
        return selected.MoveToOuterDisposeScope();
    }

    private static void Require(Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        Shapes.RequireSame(logProbs, advantages);
        Shapes.RequireMask(logProbs, mask);
    }
}
