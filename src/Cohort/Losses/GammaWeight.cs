using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// REINFORCE under a smooth weight of the response's ratio, shaped like a gamma density: 1 at ratio 1, falling to 0 at both ends (VESPO,
/// arXiv:2602.10693).
/// </summary>
public static class GammaWeight
{
    /// <summary>-sg(φ) A_t log π_t.</summary>
    /// <param name="loss">Powers and rates.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats. 0 outside the mask.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(VespoLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages)
    {
        using var scope = NewDisposeScope();
        var weight = Of(loss, logProbs, oldLogProbs, advantages);
        return (weight * ScoreFunction.PerToken(logProbs, advantages)).MoveToOuterDisposeScope();
    }

    /// <summary>φ = exp(λ + k log w - λ w), with log w = Σ_t (log π_t - log π_old,t) over the response, and k, λ by the sign of A_t.</summary>
    /// <remarks>TRL clamps log w to [log 1e-8, 20], where φ is 0 to 13 digits or more; nothing is clamped here.</remarks>
    /// <inheritdoc cref="PerToken" path="/param"/>
    /// <returns>[B,T], owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Of(VespoLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        Shapes.RequireSame(logProbs, advantages);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var log = (logProbs - oldLogProbs).sum(1, keepdim: true);
        return where(advantages < 0, Shaped(loss.NegativePower, loss.NegativeRate), Shaped(loss.PositivePower, loss.PositiveRate))
            .MoveToOuterDisposeScope();

        Tensor Shaped(double power, double rate) => (rate + (power * log) - (rate * log.exp())).exp();
    }
}
