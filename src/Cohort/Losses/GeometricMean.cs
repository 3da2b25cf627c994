using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// The geometric mean of a response's clipped token ratios (GMPO, arXiv:2507.20673). Advantages are meant to be equal over a response;
/// where they are not, their mean counts.
/// </summary>
public static class GeometricMean
{
    /// <summary>
    /// -mean(A) exp(mean(b_t)) at each of a response's tokens, with d_t = log π_t - log π_old,t and b_t = min(d_t, ε_high) where A_t > 0,
    /// max(d_t, -ε_low) where A_t &lt; 0.
    /// </summary>
    /// <param name="loss">ε_low and ε_high, nats.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats. 0 outside the mask.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(GeometricMeanLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages, Tensor mask)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        Shapes.RequireSame(logProbs, advantages);
        using var scope = NewDisposeScope();
        var difference = logProbs - oldLogProbs;
        var sign = advantages.sign();
        var bounded = sign * minimum(sign * difference, sign * difference.clamp(-loss.Low, loss.High));
        var counts = mask.sum(1, keepdim: true).clamp(min: 1);
        var gain = advantages.sum(1, keepdim: true) / counts * (bounded.sum(1, keepdim: true) / counts).exp();
        return Masked.Zero(-gain.expand_as(mask), mask).MoveToOuterDisposeScope();
    }

    /// <summary>Where the bound stops the gradient: A &lt; 0 with d &lt; -ε_low, or A > 0 with d > ε_high.</summary>
    /// <inheritdoc cref="PerToken" path="/param"/>
    /// <returns>Two masks [B,T] bool, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static (Tensor Low, Tensor High) Clipped(GeometricMeanLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        Shapes.RequireSame(logProbs, advantages);
        using var scope = NewDisposeScope();
        var difference = logProbs - oldLogProbs;
        var low = (advantages < 0).logical_and(difference < -loss.Low);
        var high = (advantages > 0).logical_and(difference > loss.High);
        return (low.MoveToOuterDisposeScope(), high.MoveToOuterDisposeScope());
    }
}
