using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>A reward of our own that does no I/O and judges any completion in bounded time, so that it needs no thread and no deadline.</summary>
public abstract class BoundedReward : IRewardFunction
{
    private protected BoundedReward()
    {
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Judges a completion.</summary>
    /// <param name="problem">The problem; trusted.</param>
    /// <param name="completion">Model-written, of any length and content.</param>
    public abstract Score Judge(Problem problem, Completion completion);

    /// <inheritdoc/>
    public virtual string AnswerOf(Completion completion) => completion.Text.Trim();

    /// <inheritdoc/>
    public ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel) =>
        ValueTask.FromResult(Judge(problem, completion));
}
