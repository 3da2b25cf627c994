using System.Text.Json.Serialization;
using Cohort.Data.Tasks;

namespace Cohort.Training;

/// <summary>What scores a completion: a closed set. Every call runs under a deadline.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AutomaticReward), "auto")]
[JsonDerivedType(typeof(TaskVerifier), "task")]
[JsonDerivedType(typeof(ExactMatch), "exact")]
[JsonDerivedType(typeof(NumberMatch), "number")]
[JsonDerivedType(typeof(ThinkTags), "thinkFormat")]
[JsonDerivedType(typeof(Repetition), "repetition")]
[JsonDerivedType(typeof(CustomReward), "custom")]
public abstract record RewardOptions
{
    private protected RewardOptions()
    {
    }

    /// <summary>Seconds after which a call is given up and its completion has no score; above 0.</summary>
    public double DeadlineSeconds
    {
        get;
        init => field = value is > 0 and <= 86400 ? value
            : throw new ArgumentOutOfRangeException(nameof(DeadlineSeconds), value, "DeadlineSeconds must lie in (0, 86400].");
    } = 10;

    /// <summary>The share of a step's completions that may stay without a score before the run stops, in (0, 1].</summary>
    public double LargestUnscoredShare
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(LargestUnscoredShare), value, "LargestUnscoredShare must lie in (0, 1].");
    } = 0.5;
}

/// <summary>The task's own verifier where the data are a bundled task; an exact match where they are a file.</summary>
public sealed record AutomaticReward : RewardOptions;

/// <summary>The verifier of a bundled task, for a file whose problems are in that task's format.</summary>
public sealed record TaskVerifier : RewardOptions
{
    /// <summary>Which task's verifier; with a bundled task as data, that task's own is used whatever stands here.</summary>
    public TaskName Task { get; init; }
}

/// <summary>1 where the answer equals the reference, white space around it aside.</summary>
public sealed record ExactMatch : RewardOptions;

/// <summary>1 where the last number of the answer equals the reference.</summary>
public sealed record NumberMatch : RewardOptions;

/// <summary>1 where the answer thinks between one pair of think tags at its beginning, right or wrong.</summary>
public sealed record ThinkTags : RewardOptions;

/// <summary>A penalty for the share of the answer's runs of tokens that were there before (arXiv:2502.03373, appendix C.2).</summary>
public sealed record Repetition : RewardOptions
{
    /// <summary>Tokens of a run.</summary>
    public int Run
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Run), value, "Run must lie in [1, 1000].");
    } = 3;

    /// <summary>What endless repetition comes near to losing; above 0.</summary>
    public double Penalty
    {
        get;
        init => field = value is > 0 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(Penalty), value, "Penalty must lie in (0, 1000000].");
    } = 1;
}

/// <summary>A function given in C#; a run file cannot name it.</summary>
public sealed record CustomReward : RewardOptions;
