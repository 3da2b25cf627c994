using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// Scores completions one by one. It may do I/O, holds no tensors, and may be called from several threads at once: each call begins on a thread of its own,
/// beside the sampling of further completions. (A <see cref="BoundedReward"/> is called on the thread that samples.) What it throws, and what it has not
/// finished by its deadline, becomes <see cref="Unscored"/>.
/// </summary>
public interface IRewardFunction : IReward
{
    /// <summary>How many calls may run at once: further ones wait for their turn, which does not count towards their deadline.</summary>
    int Concurrency => 32;

    /// <summary>
    /// How much longer a call whose deadline has come may take, as where what it asks is still starting; asked once in a call.
    /// </summary>
    TimeSpan Overtime => TimeSpan.Zero;

    /// <summary>Scores one completion.</summary>
    /// <param name="problem">The problem; trusted.</param>
    /// <param name="completion">Model-written; its text is not trusted.</param>
    /// <param name="cancel">Set at the deadline and when the run is stopped.</param>
    ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel);
}
