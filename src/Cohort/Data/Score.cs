namespace Cohort.Data;

/// <summary>What a reward said of one completion: a number with its parts, or that there is none. A failure is never a zero.</summary>
public abstract record Score
{
    private static readonly IReadOnlyDictionary<string, double> NoParts = new Dictionary<string, double>();

    private protected Score()
    {
    }

    /// <summary>A score without named parts.</summary>
    /// <param name="total">Any finite number.</param>
    public static Score Of(double total) => new Scored(total, NoParts);

    /// <summary>A score with named parts, which are logged one by one.</summary>
    /// <param name="total">Any finite number.</param>
    /// <param name="parts">Named contributions or diagnostics; they need not add up to the total.</param>
    public static Score Of(double total, params (string Name, double Value)[] parts) =>
        new Scored(total, parts.ToDictionary(part => part.Name, part => part.Value));

    /// <summary>The reward could not judge this completion: it leaves its group's statistics and the loss, and is counted.</summary>
    /// <param name="reason">One line for the log.</param>
    public static Score None(string reason) => new Unscored(reason);
}

/// <summary>A completion's score.</summary>
/// <param name="Total">The number that training maximizes.</param>
/// <param name="Parts">Named parts for the log.</param>
public sealed record Scored(double Total, IReadOnlyDictionary<string, double> Parts) : Score;

/// <summary>No score: the reward threw, ran out of time, or gave a number that is not finite.</summary>
/// <param name="Reason">One line for the log.</param>
public sealed record Unscored(string Reason) : Score;
