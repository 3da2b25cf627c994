using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// The clipped surrogate objective (seed, "The PPO Clipping Mechanism"; arXiv:1707.06347, eq. 7), negated so that lower is better; with the
/// two bounds that others put on what A &lt; 0 can cost: dual clip (arXiv:1912.09729) and a cap on the ratio (INTELLECT-2,
/// arXiv:2505.07291, two-sided clipping).
/// </summary>
public static class ClippedSurrogate
{
    /// <summary>
    /// -L_t = -min(min(r_t, δ) A_t, clip(r_t, 1 - ε_low, 1 + ε_high) A_t), and where A_t &lt; 0 at most -c A_t.
    /// </summary>
    /// <param name="ratio">[B,T], r_t from <see cref="ImportanceRatio"/>; carries gradient.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <param name="clipLow">ε_low in (0, 1), in units of probability ratio.</param>
    /// <param name="clipHigh">ε_high > 0; equal to ε_low in PPO's own form, larger in DAPO's clip-higher (arXiv:2503.14476).</param>
    /// <param name="dualClip">c > 1, in units of probability ratio; 0 for none.</param>
    /// <param name="ratioCap">δ > 1, in units of probability ratio; 0 for none.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs (nothing here broadcasts), or a bound is out of range.</exception>
    public static Tensor PerToken(
        Tensor ratio, Tensor advantages, double clipLow, double clipHigh, double dualClip = 0, double ratioCap = 0)
    {
        Require(ratio, advantages, clipLow, clipHigh, dualClip, ratioCap);
        using var scope = NewDisposeScope();
        var capped = ratioCap == 0 ? ratio : ratio.clamp(max: ratioCap);
        var gain = minimum(capped * advantages, ratio.clamp(1 - clipLow, 1 + clipHigh) * advantages);
        if (dualClip != 0)
        {
            gain = where(advantages < 0, maximum(gain, dualClip * advantages), gain);
        }

        return (-gain).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Where a bound is active and stops the gradient. Low: A &lt; 0 with r &lt; 1 - ε_low. High: A > 0 with r > 1 + ε_high, or A &lt; 0 with r
    /// above c or δ.
    /// </summary>
    /// <inheritdoc cref="PerToken" path="/param"/>
    /// <returns>Two masks [B,T] bool, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs (nothing here broadcasts), or a bound is out of range.</exception>
    public static (Tensor Low, Tensor High) Clipped(
        Tensor ratio, Tensor advantages, double clipLow, double clipHigh, double dualClip = 0, double ratioCap = 0)
    {
        Require(ratio, advantages, clipLow, clipHigh, dualClip, ratioCap);
        using var scope = NewDisposeScope();
        var worse = advantages < 0;
        var low = worse.logical_and(ratio < 1 - clipLow);
        var high = (advantages > 0).logical_and(ratio > 1 + clipHigh);
        foreach (var bound in new[] { dualClip, ratioCap }.Where(bound => bound != 0))
            high = high.logical_or(worse.logical_and(ratio > bound));
        return (low.MoveToOuterDisposeScope(), high.MoveToOuterDisposeScope());
    }

    private static void Require(Tensor ratio, Tensor advantages, double clipLow, double clipHigh, double dualClip, double ratioCap)
    {
        Shapes.RequireSame(ratio, advantages);
        Guards.Require(clipLow is > 0 and < 1, clipLow, "it must lie in (0, 1)");
        Guards.Require(clipHigh is > 0, clipHigh, "it must be above 0");
        Guards.Require(dualClip is 0 or > 1, dualClip, "it must be above 1, or 0 for none");
        Guards.Require(ratioCap is 0 or > 1, ratioCap, "it must be above 1, or 0 for none");
    }
}
