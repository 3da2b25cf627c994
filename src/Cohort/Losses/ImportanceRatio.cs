using System.Diagnostics;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>Of what a probability ratio is taken, and where its gradient goes.</summary>
public enum RatioLevel
{
    /// <summary>Each token by itself (seed, "Importance Sampling and Off-Policy Correction"; PPO, GRPO).</summary>
    Token,

    /// <summary>The geometric mean over the response's tokens, the same number at each of them (GSPO, arXiv:2507.18071, eq. 7).</summary>
    Sequence,

    /// <summary>
    /// The number of <see cref="Sequence"/>, but each token's gradient is its own: sg(s) π / sg(π) (GSPO-token, arXiv:2507.18071, eq. 14).
    /// </summary>
    SequenceToken,

    /// <summary>The product over the response's tokens, the same number at each of them: the response as one action (RLOO, arXiv:2402.14740).</summary>
    Product,
}

/// <summary>The importance ratio (seed, "Importance Sampling and Off-Policy Correction"), of tokens and of whole responses.</summary>
public static class ImportanceRatio
{
    /// <summary>r_t = exp(log pi - log pi_old).</summary>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats; the policy that sampled the tokens. 0 outside the mask.</param>
    /// <returns>[B,T], 1 outside the mask, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor logProbs, Tensor oldLogProbs)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        using var scope = NewDisposeScope();
        return (logProbs - oldLogProbs).exp().MoveToOuterDisposeScope();
    }

    /// <summary>The ratio at a level; with d_t = log π - log π_old: exp(d_t), exp(Σd/|o|), sg(exp(Σd/|o|)) π_t / sg(π_t), or exp(Σd).</summary>
    /// <remarks>Other systems clamp log-ratios (verl at ±20 nats, in GSPO at 10) before the exponential; nothing is clamped here.</remarks>
    /// <param name="level">Of what the ratio is taken.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. Anything outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats; the policy that sampled the tokens. Anything outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T], 1 outside the mask, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Of(RatioLevel level, Tensor logProbs, Tensor oldLogProbs, Tensor mask)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        using var scope = NewDisposeScope();
        var difference = Masked.Zero(logProbs - oldLogProbs, mask);
        var sum = difference.sum(1, keepdim: true);
        var mean = sum / mask.sum(1, keepdim: true).clamp(min: 1);
        var logRatio = level switch
        {
            RatioLevel.Token => difference,
            RatioLevel.Sequence => mean.expand_as(mask),
            RatioLevel.SequenceToken => mean.detach() + (difference - difference.detach()),
            RatioLevel.Product => sum.expand_as(mask),
            _ => throw new UnreachableException(),
        };
        return Masked.Zero(logRatio, mask).exp().MoveToOuterDisposeScope();
    }
}
