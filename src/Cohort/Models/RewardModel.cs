using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>r(x, y): one score for a prompt and its answer, read by a scalar head behind the last token (arXiv:2203.02155, section 3.5).</summary>
public sealed class RewardModel : ScalarModel
{
    /// <summary>Builds the model; the trunk's weights are not initialized. The head is float32, has no bias, and starts at zero.</summary>
    /// <param name="config">A valid shape.</param>
    public RewardModel(ModelConfig config)
        : base(nameof(RewardModel), new Transformer(config), headBias: false)
    {
    }

    /// <summary>A reward model to train: a copy of a language model's trunk, under a head at zero.</summary>
    /// <param name="language">Without an adapter; stays the caller's.</param>
    /// <returns>Owned by the caller; where the language model lies.</returns>
    public static RewardModel Of(LanguageModel language)
    {
        var model = Placement.Of(language).Build(() => new RewardModel(language.Config));
        Weights.Copy(from: language, to: model);
        return model;
    }

    /// <summary>Scores of whole sequences. What stands behind a row's length is not seen, whatever it is.</summary>
    /// <param name="tokens">[B, S] int64, right-padded; S at most the context length.</param>
    /// <param name="lengths">[B] int64: how many tokens of each row count, in [1, S].</param>
    /// <returns>[B] float32, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other or the context.</exception>
    public Tensor Scores(Tensor tokens, Tensor lengths)
    {
        if (tokens.dim() != 2 || lengths.dim() != 1 || lengths.shape[0] != tokens.shape[0])
        {
            throw new ArgumentException(
                $"Tokens are [{string.Join(",", tokens.shape)}] and lengths [{string.Join(",", lengths.shape)}]; they must be [B,S] and [B].", nameof(lengths));
        }

        return ReadLast(tokens, lengths);
    }
}
