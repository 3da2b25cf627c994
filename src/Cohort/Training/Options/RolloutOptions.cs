using System.Text.Json.Serialization;
using Cohort.Data;
using Cohort.Rollouts;

namespace Cohort.Training;

/// <summary>Collecting completions.</summary>
public sealed record RolloutOptions
{
    /// <summary>P, prompts per step.</summary>
    public int PromptsPerStep
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(PromptsPerStep), value, "PromptsPerStep must lie in [1, 1000000].");
    } = 32;

    /// <summary>G, completions per prompt.</summary>
    public int SamplesPerPrompt
    {
        get;
        init => field = value is >= 1 and <= 100_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(SamplesPerPrompt), value, "SamplesPerPrompt must lie in [1, 100000].");
    } = 8;

    /// <summary>Logits are divided by it.</summary>
    public double Temperature
    {
        get;
        init => field = value is > 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(Temperature), value, "Temperature must lie in (0, 100].");
    } = 1;

    /// <summary>
    /// The longest completion, in tokens; 0 is the task's longest answer and an end-of-sequence token, or for a file what the longest prompt leaves
    /// of the context, at most 64.
    /// </summary>
    public int MaxNewTokens
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxNewTokens), value, "MaxNewTokens must lie in [0, 1000000]; 0 is automatic.");
    }

    /// <summary>
    /// Texts that end a completion, such as "&lt;/answer&gt;", beside the model's own ends of sequence; here and in evaluation. The tokens up to the
    /// one that completed the text are trained on.
    /// </summary>
    public StringList Stop { get; init; } = [];

    /// <summary>Whether rewards see the stop string that ended a completion; else its text ends before it.</summary>
    public bool IncludeStop { get; init; }

    /// <summary>
    /// Rounds at most in which groups without a signal are replaced by those of further prompts (dynamic sampling, arXiv:2503.14476); 0 keeps
    /// them. What is still flat after the last round stays.
    /// </summary>
    public int MaxRefills
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxRefills), value, "MaxRefills must lie in [0, 1000]; 0 keeps groups without a signal.");
    }

    /// <summary>Which problems are sampled less.</summary>
    public CurriculumOptions Curriculum { get; init; } = new();

    /// <summary>
    /// Rows that are decoded together at most, but never fewer than the completions of one prompt; 0 is as many as 2 GB of keys, values and logits
    /// hold, at most 512.
    /// </summary>
    public int LargestBatch
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(LargestBatch), value, "LargestBatch must lie in [0, 1000000]; 0 is automatic.");
    }

    /// <summary>What computes completions.</summary>
    public SamplerKind Sampler { get; init; }

    /// <summary>
    /// How the engine holds the policy's weights. Those of 16 bits are another policy: the trainer then computes the old log-probabilities itself, and an
    /// off-policy correction of none becomes truncation.
    /// </summary>
    public SamplerWeights Weights { get; init; }

    /// <summary>Prompts per step whose completions are written to rollouts.jsonl.</summary>
    public int LoggedPrompts
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(LoggedPrompts), value, "LoggedPrompts must lie in [0, 1000000].");
    } = 2;

    /// <summary>
    /// Whether all completions of all steps are written to replay.jsonl with their tokens, log-probabilities and scores, for <see cref="Replay"/>.
    /// </summary>
    public bool SaveAll { get; init; }

    /// <summary>
    /// A run directory whose saved completions and scores training takes in place of sampling and scoring, to debug an update; the run must have been trained
    /// with <see cref="SaveAll"/>. Empty samples.
    /// </summary>
    public string Replay { get; init; } = "";

    /// <summary>B, rows per step.</summary>
    [JsonIgnore]
    public int Rows => PromptsPerStep * SamplesPerPrompt;

    /// <summary>How training's completions are drawn.</summary>
    internal RolloutSampling TrainingSampling() =>
        new() { Temperature = Temperature, MaxNewTokens = MaxNewTokens, Stop = Stop, IncludeStop = IncludeStop };

    /// <summary>How completions are drawn that measure the policy: at temperature 1, and to the same end.</summary>
    internal EvaluationSampling ValidationSampling() => new() { MaxNewTokens = MaxNewTokens, Stop = Stop, IncludeStop = IncludeStop };
}
