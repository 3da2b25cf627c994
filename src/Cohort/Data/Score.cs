namespace Cohort.Data;

/// <summary>What a reward said of one completion: a number with its parts, or that there is none. A failure is never a zero.</summary>
public abstract record Score
{
    private static readonly IReadOnlyDictionary<string, double> NoParts = new Dictionary<string, double>();

    private protected Score()
    {
    }

    /// <summary>What each reward of the run said, where several or one were asked by the run; empty for a reward's own score.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } = [];

    /// <summary>A score without named parts.</summary>
    /// <param name="total">Any finite number.</param>
    public static Score Of(double total) => new Scored(total, NoParts);

    /// <summary>A score with named parts, which are logged one by one.</summary>
    /// <param name="total">Any finite number.</param>
    /// <param name="parts">Named contributions or diagnostics; they need not add up to the total.</param>
    public static Score Of(double total, params (string Name, double Value)[] parts) =>
        new Scored(total, parts.ToDictionary(part => part.Name, part => part.Value));

    /// <summary>A score that is earned along the way (seed, "The True Objective": token-level shaping, R = Σ r_t).</summary>
    /// <param name="steps">Where and how much; their sum is the total.</param>
    public static Score OfSteps(params StepReward[] steps) =>
        new Scored(steps.Sum(step => step.Value), NoParts) { Steps = steps };

    /// <summary>The reward could not judge this completion: it leaves its group's statistics and the loss, and is counted.</summary>
    /// <param name="reason">One line for the log.</param>
    public static Score None(string reason) => new Unscored(reason);
}

/// <summary>A completion's score.</summary>
/// <param name="Total">The number that training maximizes.</param>
/// <param name="Parts">Named parts for the log.</param>
public sealed record Scored(double Total, IReadOnlyDictionary<string, double> Parts) : Score
{
    private readonly bool? _passes;

    /// <summary>What of the total is earned at which token; the rest is earned at the response's last token, and so is all by default.</summary>
    public IReadOnlyList<StepReward> Steps { get; init; } = [];

    /// <summary>
    /// Whether the completion passes: where it is not said, part "correct" is at least 1, or where a reward has no such part, the total is.
    /// </summary>
    public bool Passes { get => _passes ?? (Parts.TryGetValue("correct", out var correct) ? correct : Total) >= 1; init => _passes = value; }
}

/// <summary>A reward within a response, such as for a line of a proof that is right.</summary>
/// <param name="Token">Index of the response token at which it is earned, from 0; the last token of the step.</param>
/// <param name="Value">Any finite number.</param>
public readonly record struct StepReward(int Token, double Value);

/// <summary>No score: the reward threw, ran out of time, or gave a number that is not finite.</summary>
/// <param name="Reason">One line for the log.</param>
public sealed record Unscored(string Reason) : Score;
