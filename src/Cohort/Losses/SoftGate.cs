using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>A smooth gate around ratio 1 in place of the clip (SAPO, arXiv:2511.20347).</summary>
public static class SoftGate
{
    /// <summary>-(4/τ) σ(τ (r_t - 1)) A_t, with τ by the sign of A_t; at r = 1 its slope is that of -r A.</summary>
    /// <param name="loss">The two temperatures.</param>
    /// <param name="ratio">[B,T], r_t from <see cref="ImportanceRatio"/>; carries gradient.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(SapoLoss loss, Tensor ratio, Tensor advantages)
    {
        Shapes.RequireSame(ratio, advantages);
        using var scope = NewDisposeScope();
        return where(advantages > 0, Gained(loss.PositiveTemperature), Gained(loss.NegativeTemperature)).neg().MoveToOuterDisposeScope();

        Tensor Gained(double temperature) => 4 / temperature * nn.functional.sigmoid(temperature * (ratio - 1)) * advantages;
    }
}
