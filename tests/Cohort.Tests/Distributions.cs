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
        var predicting = TokenLogProbs.Predicting(model.Trunk.Hidden(tokens), mask);
        return TokenLogProbs.Distribution(model.Logits(predicting), temperature).MoveToOuterDisposeScope();
    }
}
