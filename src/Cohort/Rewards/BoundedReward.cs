using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>A reward of our own that does no I/O and judges any text in bounded time, so that it needs no thread and no deadline.</summary>
public abstract class BoundedReward : IRewardFunction
{
    private protected BoundedReward()
    {
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Judges an answer.</summary>
    /// <param name="problem">The problem; trusted.</param>
    /// <param name="answer">Model-written text of any length and content.</param>
    public abstract Score Judge(Problem problem, string answer);

    /// <inheritdoc/>
    public ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel) =>
        ValueTask.FromResult(Judge(problem, completion.Text));
}
