using Cohort.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>Draws one token per row from given uniform numbers, by inverting the cumulative distribution.</summary>
internal static class TokenDraw
{
    /// <summary>The tokens and the log-probabilities of the distribution that they were drawn from.</summary>
    /// <param name="logits">[n, V] floating; drawn from as float32, a part of the rows at a time where V is large.</param>
    /// <param name="sampling">How to draw.</param>
    /// <param name="uniforms">n numbers in [0, 1).</param>
    /// <returns>[n] int64 and [n] float32 nats, owned by the caller's scope. Greedy log-probabilities are those at temperature 1.</returns>
    public static (Tensor Tokens, Tensor LogProbs) Draw(Tensor logits, Sampling sampling, double[] uniforms)
    {
        using var scope = NewDisposeScope();
        var rows = (int)Math.Max(1, DecodingPlan.DrawnTogether / logits.shape[1]);
        if (uniforms.Length <= rows)
        {
            var (one, its) = DrawPart(logits, sampling, uniforms);
            return (one.MoveToOuterDisposeScope(), its.MoveToOuterDisposeScope());
        }

        var parts = uniforms.Chunk(rows).Select((part, i) => DrawPart(logits.narrow(0, (long)i * rows, part.Length), sampling, part)).ToArray();
        return (
            cat([.. parts.Select(part => part.Tokens)]).MoveToOuterDisposeScope(),
            cat([.. parts.Select(part => part.LogProbs)]).MoveToOuterDisposeScope());
    }

    private static (Tensor Tokens, Tensor LogProbs) DrawPart(Tensor given, Sampling sampling, double[] uniforms)
    {
        using var scope = NewDisposeScope();
        var logits = given.to_type(ScalarType.Float32);
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
        // Apple's graphics cards have no float64.
        using var scope = NewDisposeScope();
        var here = distribution.device_type == TorchSharp.DeviceType.MPS ? distribution.cpu() : distribution;
        var cumulative = here.to_type(ScalarType.Float64).exp_().cumsum(1);
        var total = cumulative.narrow(1, cumulative.shape[1] - 1, 1);
        var marks = tensor(uniforms, device: here.device).unsqueeze(1) * total;
        var first = searchsorted(cumulative, marks, right: true).squeeze(1).clamp_(max: distribution.shape[1] - 1);
        return first.to(distribution.device).MoveToOuterDisposeScope();
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
