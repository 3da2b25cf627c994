using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// Scores of one step's completions. Groups come in as sampling finishes them, rewards run beside it, and scores are kept by row, so that the
/// order of arrival never matters. This is the one place where the training thread waits.
/// </summary>
/// <param name="reward">Scores one completion.</param>
/// <param name="deadline">Time for one call.</param>
/// <param name="time">The clock of the deadline.</param>
public sealed class RewardQueue(IRewardFunction reward, TimeSpan deadline, TimeProvider time) : IDisposable
{
    // Calls at once: a call of a user's own reward takes a thread, and waiting for a core would count towards its deadline.
    private const int LargestConcurrency = 32;

    private readonly SemaphoreSlim _slots = new(LargestConcurrency);
    private readonly SortedDictionary<int, Task<Score>> _calls = [];

    /// <summary>Starts scoring one prompt's completions.</summary>
    /// <param name="problem">Their problem.</param>
    /// <param name="completions">In the order of their samples.</param>
    /// <param name="cancel">Stops the run.</param>
    public void Add(Problem problem, IReadOnlyList<Completion> completions, CancellationToken cancel)
    {
        foreach (var completion in completions)
        {
            var row = (completion.PromptIndex * completions.Count) + completion.SampleIndex;
            _calls.Add(row, CallAsync(problem, completion, cancel));
        }
    }

    /// <summary>Waits for every score.</summary>
    /// <returns>By row: prompt index * group size + sample index.</returns>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public IReadOnlyList<Score> Complete() => _calls.Values.Select(score => score.GetAwaiter().GetResult()).ToArray();

    /// <summary>Frees the slots once the last call has ended: a step that is given up leaves calls behind, whose errors are nobody's.</summary>
    public void Dispose() => Task.WhenAll(_calls.Values).ContinueWith(
        ended =>
        {
            _ = ended.Exception;
            _slots.Dispose();
        },
        TaskScheduler.Default);

    private async Task<Score> CallAsync(Problem problem, Completion completion, CancellationToken cancel)
    {
        await _slots.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await RewardCall.ScoreAsync(reward, problem, completion, deadline, time, cancel).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }
}
