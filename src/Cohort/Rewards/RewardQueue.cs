using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// Scores of one step's completions. Groups come in as sampling finishes them, rewards run beside it, and scores are kept by row, so that the
/// order of arrival never matters. This is the one place where the training thread waits.
/// </summary>
/// <param name="rewards">Score the completions.</param>
/// <param name="time">The clock of the deadlines.</param>
/// <param name="heard">
/// Takes each verdict of an <see cref="IRewardFunction"/> as it comes, on any thread; null where nobody listens.
/// </param>
public sealed class RewardQueue(RewardSet rewards, TimeProvider time, Action<Verdict>? heard = null) : IDisposable
{
    // Waiting for a slot is not the reward's time; waiting for a core or a worker would be.
    private readonly SemaphoreSlim[] _slots =
        [.. rewards.Rewards.Select(reward => new SemaphoreSlim(reward.Reward is IRewardFunction function ? function.Concurrency : 1))];

    private readonly SortedDictionary<int, Row> _rows = [];

    /// <summary>Starts scoring one prompt's completions.</summary>
    /// <param name="problem">Their problem.</param>
    /// <param name="completions">In the order of their samples.</param>
    /// <param name="cancel">Stops the run.</param>
    public void Add(Problem problem, IReadOnlyList<Completion> completions, CancellationToken cancel)
    {
        foreach (var completion in completions)
        {
            var calls = rewards.Rewards.Select((reward, index) =>
                reward.Reward is IRewardFunction function ? CallAsync(reward, function, _slots[index], problem, completion, cancel) : null);
            _rows.Add((completion.PromptIndex * completions.Count) + completion.SampleIndex, new Row(problem, completion, [.. calls], cancel));
        }
    }

    /// <summary>Waits for every score.</summary>
    /// <returns>By row: prompt index * group size + sample index.</returns>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public IReadOnlyList<Score> Complete()
    {
        Row[] rows = [.. _rows.Values];
        var verdicts = rewards.Rewards
            .Select((reward, index) => reward.Reward is IBatchReward batch
                ? Together(reward.Name, batch, rows)
                : [.. rows.Select(row => row.Calls[index]!.GetAwaiter().GetResult())])
            .ToArray();
        return [.. rows.Select((_, row) => rewards.Combine([.. verdicts.Select(each => each[row])]))];
    }

    /// <summary>Frees the slots once the last call has ended: a step that is given up leaves calls behind, whose errors are nobody's.</summary>
    public void Dispose() => Task.WhenAll(_rows.Values.SelectMany(row => row.Calls).OfType<Task>()).ContinueWith(
        ended =>
        {
            _ = ended.Exception;
            foreach (var slots in _slots)
                slots.Dispose();
        },
        TaskScheduler.Default);

    private async Task<Verdict> CallAsync(
        WeightedReward reward, IRewardFunction function, SemaphoreSlim slots, Problem problem, Completion completion, CancellationToken cancel)
    {
        await slots.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var start = time.GetTimestamp();
            var score = await RewardCall.ScoreAsync(function, problem, completion, reward.Deadline, time, cancel).ConfigureAwait(false);
            var verdict = new Verdict(reward.Name, score, time.GetElapsedTime(start).TotalSeconds);
            heard?.Invoke(verdict);
            return verdict;
        }
        finally
        {
            slots.Release();
        }
    }

    private Verdict[] Together(string name, IBatchReward batch, Row[] rows)
    {
        var start = time.GetTimestamp();
        var scores = rows.Length == 0 ? [] : RewardCall.ScoreTogether(batch, [.. rows.Select(row => (row.Problem, row.Completion))], rows[0].Cancel);
        var seconds = time.GetElapsedTime(start).TotalSeconds / Math.Max(1, rows.Length);
        return [.. scores.Select(score => new Verdict(name, score, seconds))];
    }

    /// <param name="Calls">One per reward; null for rewards that score all rows together.</param>
    private sealed record Row(Problem Problem, Completion Completion, Task<Verdict>?[] Calls, CancellationToken Cancel);
}
