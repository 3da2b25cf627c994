using System.Diagnostics;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// REINFORCE under a capped importance weight, without the tokens on which the policy has moved too far in the direction that their
/// advantage asks for (DPPO, arXiv:2602.04879).
/// </summary>
public static class DivergenceMask
{
    /// <summary>-sg(min(r_t, c)) A_t log π_t, and 0 where <see cref="Stopped"/>.</summary>
    /// <param name="loss">The divergence, its bounds and the cap c.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats. 0 outside the mask.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(DppoLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages)
    {
        using var scope = NewDisposeScope();
        var (low, high) = Stopped(loss, logProbs, oldLogProbs, advantages);
        var weight = ImportanceRatio.PerToken(logProbs, oldLogProbs).detach().clamp(max: loss.RatioCap);
        return (weight * ScoreFunction.PerToken(logProbs, advantages)).masked_fill(low.logical_or(high), 0).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The tokens left out. High: A > 0, and the probability rose by more than the divergence's upper bound. Low: A not above 0, and it fell
    /// by more than the lower.
    /// </summary>
    /// <inheritdoc cref="PerToken" path="/param"/>
    /// <returns>Two masks [B,T] bool, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static (Tensor Low, Tensor High) Stopped(DppoLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        Shapes.RequireSame(logProbs, advantages);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var distance = Distance(loss.Divergence, logProbs, oldLogProbs);
        var better = advantages > 0;
        var low = better.logical_not().logical_and(logProbs < oldLogProbs).logical_and(distance > loss.Low);
        var high = better.logical_and(logProbs > oldLogProbs).logical_and(distance > loss.High);
        return (low.MoveToOuterDisposeScope(), high.MoveToOuterDisposeScope());
    }

    // Between the two distributions over {this token, any other}. The small term keeps the logarithm finite at probability 1.
    private static Tensor Distance(BinaryDivergence divergence, Tensor logProbs, Tensor oldLogProbs)
    {
        using var scope = NewDisposeScope();
        var (now, old) = (logProbs.exp(), oldLogProbs.exp());
        var distance = divergence switch
        {
            BinaryDivergence.TotalVariation => (now - old).abs(),
            BinaryDivergence.Kl => (old * (oldLogProbs - logProbs)) + ((1 - old) * ((1 - old + 1e-8) / (1 - now + 1e-8)).log()),
            _ => throw new UnreachableException(),
        };
        return distance.MoveToOuterDisposeScope();
    }
}
