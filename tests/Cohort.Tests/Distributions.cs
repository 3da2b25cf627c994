using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>Whole next-token distributions, as small models allow.</summary>
internal static class Distributions
{
    /// <summary>log pi(. | prompt, response so far) before each response token: [N, V] nats, with gradient, owned by the caller's scope.</summary>
    public static Tensor Of(LanguageModel model, Tensor tokens, Tensor mask, double temperature)
    {
        using var scope = NewDisposeScope();
        return TokenLogProbs.Distribution(model.Logits(Reading(model.Trunk.Hidden(tokens), mask)), temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Those of hidden states [B, S, H] that a mask [B, T] is true for: [N, H] row by row, with gradient, owned by the caller's scope.</summary>
    public static Tensor Reading(Tensor hidden, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return hidden.narrow(1, 0, mask.shape[1])[mask].MoveToOuterDisposeScope();
    }
}
