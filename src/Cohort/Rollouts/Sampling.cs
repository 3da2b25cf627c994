using Cohort.Data;

namespace Cohort.Rollouts;

/// <summary>How tokens are drawn, and for how long.</summary>
public abstract record Sampling
{
    private protected Sampling()
    {
    }

    /// <summary>The longest completion, in tokens, at least 1.</summary>
    public int MaxNewTokens
    {
        get;
        init => field = value >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxNewTokens), value, "MaxNewTokens must be at least 1.");
    } = 32;

    /// <summary>
    /// Texts that end a completion once its text has one of them, wherever tokens begin and end. The token that completed the first of them is the
    /// completion's last.
    /// </summary>
    public StringList Stop { get; init; } = [];

    /// <summary>Whether a completion's text has the stop string that ended it; else the text ends before it.</summary>
    public bool IncludeStop { get; init; }
}

/// <summary>Sampling in training: the full distribution at a temperature, so that the old policy is what sampled.</summary>
public sealed record RolloutSampling : Sampling
{
    /// <summary>
    /// Logits are divided by it; above 0. Old, current and reference log-probabilities are all of the tempered distribution.
    /// </summary>
    public double Temperature
    {
        get;
        init => field = value is > 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(Temperature), value, "Temperature must lie in (0, 100]; 1 is the policy itself.");
    } = 1;
}

/// <summary>Sampling in evaluation and generation, where the distribution may be cut.</summary>
public sealed record EvaluationSampling : Sampling
{
    /// <summary>The most likely token, always.</summary>
    public static EvaluationSampling Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Logits are divided by it; 0 takes the most likely token.</summary>
    public double Temperature
    {
        get;
        init => field = value is >= 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(Temperature), value, "Temperature must lie in [0, 100]; 0 is greedy.");
    } = 1;

    /// <summary>Only the k most likely tokens; 0 keeps all.</summary>
    public int TopK
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(TopK), value, "TopK must be at least 0; 0 keeps all tokens.");
    }

    /// <summary>Only the most likely tokens whose probabilities reach p together; 1 keeps all.</summary>
    public double TopP
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(TopP), value, "TopP must lie in (0, 1]; 1 keeps all tokens.");
    } = 1;

    /// <summary>Only tokens at least this many times as likely as the most likely one; 0 keeps all.</summary>
    public double MinP
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(MinP), value, "MinP must lie in [0, 1); 0 keeps all tokens.");
    }

    /// <summary>
    /// Logits of tokens that the prompt or the completion has are divided by it where they are positive, and multiplied where negative
    /// (arXiv:1909.05858, section 4.1); 1 leaves them.
    /// </summary>
    public double RepetitionPenalty
    {
        get;
        init => field = value is > 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(
                nameof(RepetitionPenalty), value, "RepetitionPenalty must lie in (0, 100]; 1 leaves the logits as they are.");
    } = 1;

    /// <summary>Tokens before which a completion does not end by itself, neither by a token nor by a stop string; 0 is none.</summary>
    public int MinNewTokens
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MinNewTokens), value, "MinNewTokens must be at least 0.");
    }
}
