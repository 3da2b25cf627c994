using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// Log-probabilities of the tokens that follow. This file holds the code base's one shift: column t of a [B,T] tensor speaks of token t+1,
/// whose distribution stands in the hidden state of token t.
/// </summary>
public static class TokenLogProbs
{
    /// <summary>The tokens that count.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <param name="responseMask">[B, T] bool, T = S - 1.</param>
    /// <returns>[N] int64 in row-major order, owned by the caller's scope.</returns>
    public static Tensor Targets(Tensor tokens, Tensor responseMask)
    {
        using var scope = NewDisposeScope();
        var next = tokens.narrow(1, 1, responseMask.shape[1]).flatten();
        return next.index_select(0, Counting(responseMask)).MoveToOuterDisposeScope();
    }

    /// <summary>Puts per-token numbers back where they belong, 0 elsewhere.</summary>
    /// <param name="values">[N], in row-major order of the tokens that count.</param>
    /// <param name="responseMask">[B, T] bool with N true entries.</param>
    /// <returns>[B, T], owned by the caller's scope; carries gradient.</returns>
    public static Tensor Spread(Tensor values, Tensor responseMask)
    {
        using var scope = NewDisposeScope();
        return zeros(responseMask.shape, values.dtype, values.device).masked_scatter(responseMask, values).MoveToOuterDisposeScope();
    }

    /// <summary>log softmax(logits / temperature), the distribution that sampling at that temperature draws from.</summary>
    /// <param name="logits">[N, V]; bfloat16 gives float32.</param>
    /// <param name="temperature">Positive; 1 leaves the logits as they are.</param>
    /// <returns>[N, V], nats, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Distribution(Tensor logits, double temperature)
    {
        using var scope = NewDisposeScope();
        var precise = logits.dtype == ScalarType.BFloat16 ? logits.to_type(ScalarType.Float32) : logits;
        var tempered = temperature == 1 ? precise : precise / temperature;
        return nn.functional.log_softmax(tempered, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>log pi(token) under a distribution.</summary>
    /// <param name="distribution">[N, V] from <see cref="Distribution"/>.</param>
    /// <param name="targets">[N] int64.</param>
    /// <returns>[N], nats, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Of(Tensor distribution, Tensor targets)
    {
        using var scope = NewDisposeScope();
        return distribution.gather(1, targets.unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Of(Tensor, Tensor)"/>
    /// <param name="distribution">Of N tokens.</param>
    /// <exception cref="ArgumentException">There is not one token for each row.</exception>
    public static Tensor Of(TokenDistribution distribution, Tensor targets)
    {
        using var scope = NewDisposeScope();
        var logProbs = distribution.OfLogits ? distribution.LogProbsAndEntropies(targets).select(0, 0) : Of(distribution.LogProbs(), targets);
        return logProbs.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Numbers per token from the distributions of one or two models over the vocabulary, computed for some tokens at a time: [N, V] is never there as a
    /// whole, neither forward nor backward. Where all tokens fit into one portion nothing is computed twice.
    /// </summary>
    /// <param name="heads">Each with the hidden states [N, H] that predict the tokens.</param>
    /// <param name="targets">[N] int64, the tokens.</param>
    /// <param name="temperature">Of the distributions.</param>
    /// <param name="measure">
    /// From the distributions of n of the tokens, one for each head, and these tokens [n] to numbers [n] in float. Called again in the backward pass; must be a
    /// function of its arguments.
    /// </param>
    /// <param name="whole">Whether the measure asks for <see cref="TokenDistribution.LogProbs"/>, which take more memory: fewer tokens then go together.</param>
    /// <returns>As many tensors [N] as the measure gives, owned by the caller's scope; carry gradient.</returns>
    public static Tensor[] Measure(
        IReadOnlyList<(OutputHead Head, Tensor Hidden)> heads,
        Tensor targets,
        double temperature,
        Func<TokenDistribution[], Tensor, Tensor[]> measure,
        bool whole = false)
    {
        using var scope = NewDisposeScope();
        var rows = Math.Max(1, heads.Min(PortionTokens) / heads.Count);
        Tensor[] inputs = [.. heads.Select(pair => pair.Hidden), targets];
        var parameters = heads.SelectMany(pair => pair.Head.Parameters).Distinct().ToArray();
        var measured = targets.shape[0] <= rows
            ? Portion(inputs)
            : Recompute.InPortions(some => stack(Portion(some), 1), inputs, parameters, rows).unbind(1);
        return [.. measured.Select(numbers => numbers.MoveToOuterDisposeScope())];

        long PortionTokens((OutputHead Head, Tensor Hidden) pair) =>
            new DistributionMemory(pair.Head.VocabularySize, InOnePass: !whole && TokenDistribution.InOnePass(pair.Hidden)).PortionTokens;

        Tensor[] Portion(Tensor[] some)
        {
            using var portion = NewDisposeScope();
            var distributions = heads.Select((pair, i) => Tempered(pair.Head, some[i], temperature)).ToArray();
            return [.. measure(distributions, some[^1]).Select(numbers => numbers.MoveToOuterDisposeScope())];
        }
    }

    private static TokenDistribution Tempered(OutputHead head, Tensor hidden, double temperature)
    {
        using var scope = NewDisposeScope();
        return new TokenDistribution(head.Logits(hidden), temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Σ_v p_v², the chance that two draws agree; with it, Σ (1 - 2 p + Σ p²) is the optimal token baseline's gradient norm.</summary>
    /// <param name="distribution">[N, V] from <see cref="Distribution"/>; may hold -inf.</param>
    /// <returns>[N], in (0, 1], owned by the caller's scope; carries gradient.</returns>
    public static Tensor SumOfSquares(Tensor distribution)
    {
        using var scope = NewDisposeScope();
        return (distribution * 2).exp().sum(-1).MoveToOuterDisposeScope();
    }

    private static Tensor Counting(Tensor responseMask) => responseMask.flatten().nonzero().squeeze(1);
}
