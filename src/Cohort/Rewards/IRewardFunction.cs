using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// Scores completions one by one. It may do I/O, holds no tensors, runs on the thread pool beside the sampling of further
/// completions, and may be called from several threads at once. What it throws, and what it has not finished by its deadline, becomes
/// <see cref="Unscored"/>.
/// </summary>
public interface IRewardFunction : IReward
{
    /// <summary>How many calls may run at once: further ones wait for their turn, which does not count towards their deadline.</summary>
    int Concurrency => 32;

    /// <summary>Scores one completion.</summary>
    /// <param name="problem">The problem; trusted.</param>
    /// <param name="completion">Model-written; its text is not trusted.</param>
    /// <param name="cancel">Set at the deadline and when the run is stopped.</param>
    ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel);
}
