using Cohort.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>Draws one token per row from given uniform numbers, by inverting the cumulative distribution.</summary>
internal static class TokenDraw
{
    /// <summary>The tokens and the log-probabilities of the distribution that they were drawn from.</summary>
    /// <param name="logits">[n, V] float32.</param>
    /// <param name="sampling">How to draw.</param>
    /// <param name="uniforms">n numbers in [0, 1).</param>
    /// <returns>[n] int64 and [n] float32 nats, owned by the caller's scope. Greedy log-probabilities are those at temperature 1.</returns>
    public static (Tensor Tokens, Tensor LogProbs) Draw(Tensor logits, Sampling sampling, double[] uniforms)
    {
        using var scope = NewDisposeScope();
        var distribution = sampling switch
        {
            RolloutSampling full => TokenLogProbs.Distribution(logits, full.Temperature),
            EvaluationSampling { Temperature: 0 } => TokenLogProbs.Distribution(logits, 1),
            EvaluationSampling cut => Cut(TokenLogProbs.Distribution(logits, cut.Temperature), cut),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var tokens = sampling is EvaluationSampling { Temperature: 0 } ? distribution.argmax(1) : Invert(distribution, uniforms);
        return (tokens.MoveToOuterDisposeScope(), TokenLogProbs.Of(distribution, tokens).MoveToOuterDisposeScope());
    }

    // The first token whose cumulative probability exceeds the number. Scaled by the last sum, so that rounding cannot pass the end; a token of
    // probability zero adds nothing and is never first.
    private static Tensor Invert(Tensor distribution, double[] uniforms)
    {
        // Apple's graphics have no float64.
        var near = distribution.device_type == DeviceType.MPS ? distribution.cpu() : distribution;
        var cumulative = near.to_type(ScalarType.Float64).exp().cumsum(1);
        var total = cumulative.narrow(1, cumulative.shape[1] - 1, 1);
        var marks = tensor(uniforms, device: near.device).unsqueeze(1) * total;
        return searchsorted(cumulative, marks, right: true).squeeze(1).clamp_(max: distribution.shape[1] - 1).to(distribution.device);
    }

    private static Tensor Cut(Tensor distribution, EvaluationSampling sampling)
    {
        if (sampling is { TopK: 0, MinP: 0, TopP: 1 })
        {
            return distribution;
        }

        var likely = SamplingFilters.TopK(distribution, sampling.TopK);
        var enough = SamplingFilters.MinP(distribution, sampling.MinP).isneginf();
        var kept = SamplingFilters.TopP(likely.masked_fill(enough, double.NegativeInfinity), sampling.TopP);
        return nn.functional.log_softmax(kept, dim: 1);
    }
}
