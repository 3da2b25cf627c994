using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>The Bradley-Terry loss of a reward model (InstructGPT, arXiv:2203.02155, eq. 1; with a margin Llama 2, arXiv:2307.09288, eq. 2).</summary>
public static class PairwiseRankingLoss
{
    /// <summary>
    /// -log σ(r_chosen - r_rejected - m), which is log(1 + exp(r_rejected - r_chosen + m)), computed so that no difference overflows.
    /// </summary>
    /// <param name="chosen">[P], score of the preferred completion of each pair; carries gradient.</param>
    /// <param name="rejected">[P], score of the other; carries gradient.</param>
    /// <param name="margins">[P], m, by how much the preferred one must lead; zeros for none.</param>
    /// <returns>[P], nats, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerPair(Tensor chosen, Tensor rejected, Tensor margins)
    {
        Shapes.RequireSame(chosen, rejected);
        Shapes.RequireSame(chosen, margins);
        using var scope = NewDisposeScope();
        return (-nn.functional.logsigmoid(chosen - rejected - margins)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (r_chosen + r_rejected)²: added with a small coefficient, it fixes what the ranking leaves open, the mean of the scores, near 0
    /// (arXiv:2312.09244, eq. 2).
    /// </summary>
    /// <param name="chosen">[P], score of the preferred completion of each pair; carries gradient.</param>
    /// <param name="rejected">[P], score of the other; carries gradient.</param>
    /// <returns>[P], squared units of the score, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor CenteringPerPair(Tensor chosen, Tensor rejected)
    {
        Shapes.RequireSame(chosen, rejected);
        using var scope = NewDisposeScope();
        return (chosen + rejected).square().MoveToOuterDisposeScope();
    }
}
