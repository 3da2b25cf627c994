using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>The cross-entropy of supervised fine-tuning (InstructGPT, arXiv:2203.02155, section 3.5), on completion tokens only.</summary>
public static class NextTokenLoss
{
    /// <summary>-Σ log pi(token) / tokens of the whole optimizer step.</summary>
    /// <param name="logProbs">[N], nats, of the completion tokens; carries gradient.</param>
    /// <param name="stepTokens">Completion tokens of the whole optimizer step.</param>
    /// <returns>[] scalar, nats per token, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Share(Tensor logProbs, long stepTokens)
    {
        using var scope = NewDisposeScope();
        return (-logProbs.sum() / Math.Max(stepTokens, 1)).MoveToOuterDisposeScope();
    }
}
