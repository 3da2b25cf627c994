using System.Text.Json.Serialization;
using Cohort.Data.Tasks;

namespace Cohort.Training;

/// <summary>What scores a completion: a closed set. Every call runs under a deadline.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AutomaticReward), "auto")]
[JsonDerivedType(typeof(TaskVerifier), "task")]
[JsonDerivedType(typeof(ExactMatch), "exact")]
[JsonDerivedType(typeof(NumberMatch), "number")]
[JsonDerivedType(typeof(MathMatch), "math")]
[JsonDerivedType(typeof(ChoiceMatch), "choice")]
[JsonDerivedType(typeof(RegexMatch), "regex")]
[JsonDerivedType(typeof(ExpressionMatch), "expression")]
[JsonDerivedType(typeof(JsonSchemaMatch), "jsonSchema")]
[JsonDerivedType(typeof(BleuOverlap), "bleu")]
[JsonDerivedType(typeof(RougeOverlap), "rouge")]
[JsonDerivedType(typeof(ThinkTags), "thinkFormat")]
[JsonDerivedType(typeof(AnswerTags), "answerFormat")]
[JsonDerivedType(typeof(Repetition), "repetition")]
[JsonDerivedType(typeof(TokenLength), "length")]
[JsonDerivedType(typeof(Overlong), "overlong")]
[JsonDerivedType(typeof(ProgramScorer), "program")]
[JsonDerivedType(typeof(HttpScorer), "http")]
[JsonDerivedType(typeof(ModelScorer), "model")]
[JsonDerivedType(typeof(JudgeScorer), "judge")]
[JsonDerivedType(typeof(CustomReward), "custom")]
[JsonDerivedType(typeof(SeveralRewards), "several")]
public abstract record RewardOptions
{
    private protected RewardOptions()
    {
    }

    /// <summary>Seconds after which a call is given up and its completion has no score; above 0. Of a judge 90 by default.</summary>
    public double DeadlineSeconds
    {
        get;
        init => field = value is > 0 and <= 86400 ? value
            : throw new ArgumentOutOfRangeException(nameof(DeadlineSeconds), value, "DeadlineSeconds must lie in (0, 86400].");
    } = 10;

    /// <summary>
    /// The score is multiplied by it; below 0 a penalty of what the reward counts. 0, only of one reward among several: it is measured, but does not count.
    /// </summary>
    public double Weight
    {
        get;
        init => field = value is >= -1e6 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(Weight), value, "Weight must lie in [-1000000, 1000000].");
    } = 1;

    /// <summary>The share of a step's completions that may stay without a score before the run stops, in (0, 1].</summary>
    public double LargestUnscoredShare
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(LargestUnscoredShare), value, "LargestUnscoredShare must lie in (0, 1].");
    } = 0.5;

    /// <summary>The rewards that count or are measured, by name; of a single one, only itself with an empty name.</summary>
    internal virtual IEnumerable<(string Name, RewardOptions Reward)> All => [("", this)];

    /// <summary>
    /// Whether its score says how good a completion is, and seldom or never that it passes: then the mean score, and not the share that passes, says which
    /// policy is best. Of several rewards the first one's.
    /// </summary>
    internal virtual bool IsGraded => false;

    /// <summary>The paths of the files that scores depend on, as far as they are there: a run that goes on requires that none has changed.</summary>
    internal virtual IEnumerable<string> Files => [];

    /// <summary>The fields that a problem must have beside prompt and reference, each with the option that names it; an empty name asks for none.</summary>
    internal virtual IEnumerable<(string Option, string Field)> RequiredFields => [];

    /// <summary>The same options with relative paths made absolute.</summary>
    /// <param name="resolve">From a path of a run file to an absolute one; empty stays empty.</param>
    internal virtual RewardOptions WithPaths(Func<string, string> resolve) => this;

    /// <summary>What is wrong where these are all of a reward: a single one must count.</summary>
    /// <param name="path">Where these options stand, such as "reward".</param>
    internal IEnumerable<string> ProblemsAsWhole(string path) => Weight != 0 || this is SeveralRewards ? Problems(path) : Problems(path).Append(
        $"{path}.weight is 0, but a single reward must count; leave it at 1, or set {path}.kind=several and name others beside this one.");

    /// <summary>Relations that no single range can state.</summary>
    /// <param name="path">Where these options stand, such as "reward".</param>
    internal virtual IEnumerable<string> Problems(string path) => [];
}

/// <summary>The task's own verifier where the data are a bundled task; an exact match where they are a file.</summary>
public sealed record AutomaticReward : RewardOptions;

/// <summary>The verifier of a bundled task, for a file whose problems are in that task's format.</summary>
public sealed record TaskVerifier : RewardOptions
{
    /// <summary>Which task's verifier; a file's must be named. With a bundled task as data, that task's own is used whatever stands here.</summary>
    public TaskName? Task { get; init; }

    /// <summary>What is wrong where the problems come from a file.</summary>
    /// <param name="path">Where these options stand, such as "reward".</param>
    internal IEnumerable<string> ProblemsWithFile(string path) => Task is not null ? []
        : [$"{path}.task is missing: the problems are of a file, which does not say whose verifier they are for; set it to one of "
            + $"{string.Join(", ", OptionValue.Names(typeof(TaskName)))}."];
}

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

    internal override bool IsGraded => true;
}

/// <summary>A function given in C#; a run file cannot name it.</summary>
public sealed record CustomReward : RewardOptions;

/// <summary>
/// Several rewards, each with a weight and a name, whose weighted sum is the score; the first one says whether a completion passes. Where each is to be
/// normalized in its group before they are summed, the algorithm's advantage is "perReward".
/// </summary>
public sealed record SeveralRewards : RewardOptions
{
    /// <summary>The rewards by name, as in <c>{"correct": {"kind": "number"}, "format": {"kind": "thinkFormat", "weight": 0.1}}</c>.</summary>
    public RewardDictionary Rewards { get; init; } = RewardDictionary.None;

    internal override IEnumerable<(string Name, RewardOptions Reward)> All => Rewards.Select(reward => (reward.Key, reward.Value));

    internal override bool IsGraded => Rewards.Values.FirstOrDefault() is { IsGraded: true };

    internal override IEnumerable<string> Files => Rewards.Values.SelectMany(reward => reward.Files);

    internal override RewardOptions WithPaths(Func<string, string> resolve) =>
        this with { Rewards = Rewards.WithPaths(resolve) };

    internal override IEnumerable<string> Problems(string path)
    {
        if (Rewards.Values.All(reward => reward.Weight == 0))
        {
            yield return $"{path}.rewards has {Rewards.Count} rewards, none of them with a weight other than 0; name at least one, as in "
                + "{\"correct\": {\"kind\": \"number\"}}.";
        }

        if (Weight != 1 || DeadlineSeconds != new AutomaticReward().DeadlineSeconds)
        {
            yield return $"{path}.weight and {path}.deadlineSeconds are of a single reward; set them in {path}.rewards, of each one.";
        }

        foreach (var problem in Rewards.Problems($"{path}.rewards"))
            yield return problem;
    }
}
