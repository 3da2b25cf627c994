using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// Scores a step's completions together, on the thread that trains, once all are sampled: for rewards that compute with tensors. It has no deadline,
/// so it must end by itself; where it throws, none of them has a score.
/// </summary>
public interface IBatchReward : IReward
{
    /// <summary>Scores completions.</summary>
    /// <param name="rows">Problems and what the policy answered; the texts of the answers are not trusted.</param>
    /// <param name="cancel">Set when the run is stopped.</param>
    /// <returns>One score per row.</returns>
    IReadOnlyList<Score> Score(IReadOnlyList<(Problem Problem, Completion Completion)> rows, CancellationToken cancel);
}
