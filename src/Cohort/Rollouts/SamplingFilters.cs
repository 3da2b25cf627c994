using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>
/// What evaluation and generation do to logits before a token is drawn, as in transformers' logits processors. Each takes [n, V] logits and gives
/// as many, -inf where a token is taken out; none changes with a constant added to the logits but <see cref="Repetition"/>.
/// </summary>
public static class SamplingFilters
{
    /// <summary>Keeps the k most likely tokens, and those as likely as the last of them.</summary>
    /// <param name="logits">[n, V] floating.</param>
    /// <param name="k">At least 0; 0, and V or more, keep all.</param>
    /// <returns>[n, V], owned by the caller's scope.</returns>
    public static Tensor TopK(Tensor logits, int k)
    {
        using var scope = NewDisposeScope();
        if (k == 0 || k >= logits.shape[1])
        {
            return logits.alias().MoveToOuterDisposeScope();
        }

        var smallest = logits.topk(k, dim: 1).values.narrow(1, k - 1, 1);
        return logits.masked_fill(logits < smallest, double.NegativeInfinity).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps the most likely tokens until their probabilities reach p together; at least one.</summary>
    /// <param name="logits">[n, V] floating.</param>
    /// <param name="p">In (0, 1]; 1 keeps all.</param>
    /// <returns>[n, V], owned by the caller's scope.</returns>
    public static Tensor TopP(Tensor logits, double p)
    {
        using var scope = NewDisposeScope();
        if (p == 1)
        {
            return logits.alias().MoveToOuterDisposeScope();
        }

        var (sorted, order) = nn.functional.softmax(logits, dim: 1).sort(dim: 1, descending: true);
        var before = sorted.cumsum(1) - sorted;
        var dropped = zeros_like(before, ScalarType.Bool).scatter(1, order, before >= p);
        return logits.masked_fill(dropped, double.NegativeInfinity).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps the tokens that are at least p times as likely as the most likely one.</summary>
    /// <param name="logits">[n, V] floating.</param>
    /// <param name="p">In [0, 1); 0 keeps all.</param>
    /// <returns>[n, V], owned by the caller's scope.</returns>
    public static Tensor MinP(Tensor logits, double p)
    {
        using var scope = NewDisposeScope();
        var floor = logits.amax([1], keepdim: true) + Math.Log(p);
        return logits.masked_fill(logits < floor, double.NegativeInfinity).MoveToOuterDisposeScope();
    }

    /// <summary>z / θ where z > 0, else z θ, for every token that was there before, once (arXiv:1909.05858, section 4.1).</summary>
    /// <param name="logits">[n, V] floating.</param>
    /// <param name="history">[n, L] int64, the tokens of prompt and completion; how often a token stands there does not matter.</param>
    /// <param name="penalty">θ above 0; above 1 repeats less.</param>
    /// <returns>[n, V], owned by the caller's scope.</returns>
    public static Tensor Repetition(Tensor logits, Tensor history, double penalty)
    {
        using var scope = NewDisposeScope();
        var seen = logits.gather(1, history);
        return logits.scatter(1, history, where(seen < 0, seen * penalty, seen / penalty)).MoveToOuterDisposeScope();
    }

    /// <summary>Takes the ends of sequence out until a completion has enough tokens.</summary>
    /// <param name="logits">[n, V] floating.</param>
    /// <param name="newTokens">Tokens that the completions have.</param>
    /// <param name="least">Tokens that they must have before one ends.</param>
    /// <param name="ends">Token ids that end a sequence.</param>
    /// <returns>[n, V], owned by the caller's scope.</returns>
    public static Tensor MinNewTokens(Tensor logits, int newTokens, int least, long[] ends)
    {
        using var scope = NewDisposeScope();
        var kept = newTokens < least
            ? logits.index_fill(1, tensor(ends, device: logits.device), double.NegativeInfinity)
            : logits.alias();
        return kept.MoveToOuterDisposeScope();
    }
}
