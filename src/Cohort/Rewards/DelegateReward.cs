using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>A reward from a function of the user's own; see <see cref="IRewardFunction"/> for what the function may do.</summary>
public sealed class DelegateReward : IRewardFunction
{
    private readonly Func<Problem, Completion, CancellationToken, ValueTask<Score>> _score;

    /// <summary>A reward that may do I/O, have parts, and decline to score.</summary>
    /// <param name="name">The reward's name in logs and metrics.</param>
    /// <param name="score">Scores one completion; called from several threads at once.</param>
    public DelegateReward(string name, Func<Problem, Completion, CancellationToken, ValueTask<Score>> score)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(score);
        (Name, _score) = (name, score);
    }

    /// <summary>A reward that is a number.</summary>
    /// <param name="name">The reward's name in logs and metrics.</param>
    /// <param name="score">Gives a finite number for a problem and the text of an answer; called from several threads at once.</param>
    public DelegateReward(string name, Func<Problem, string, double> score)
        : this(name, (problem, completion, _) => ValueTask.FromResult(Score.Of(score(problem, completion.Text)))) =>
        ArgumentNullException.ThrowIfNull(score);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel) =>
        _score(problem, completion, cancel);
}
