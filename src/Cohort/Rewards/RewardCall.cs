using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>Calls a reward so that nothing that it does can harm the run: whatever goes wrong becomes <see cref="Unscored"/>.</summary>
public static class RewardCall
{
    /// <summary>The largest number, up or down, that is a score, a part or a step's reward: their squares are summed in single precision.</summary>
    internal const double Largest = 1e15;

    private const int LongestReason = 200;

    /// <summary>
    /// Scores one completion. A reward that throws, overruns, or gives null or a number that is not finite, or beyond 1e15, has no score. A call that
    /// overruns, its <see cref="IRewardFunction.Overtime"/> included, is abandoned with its thread; so each call of a reward that is not a
    /// <see cref="BoundedReward"/> begins on a thread of its own, and hanging calls delay nobody else. Bound the number of calls at a time: waiting for a core
    /// counts as time.
    /// </summary>
    /// <param name="reward">The reward.</param>
    /// <param name="problem">The problem.</param>
    /// <param name="completion">The completion.</param>
    /// <param name="deadline">How long the reward may take, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="time">Measures the deadline.</param>
    /// <param name="cancel">Stops the run; not a failure of the reward.</param>
    /// <returns>A finite score, or none with its reason in one line.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The deadline is not positive, or above a day.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static async Task<Score> ScoreAsync(
        IRewardFunction reward, Problem problem, Completion completion, TimeSpan deadline, TimeProvider time, CancellationToken cancel)
    {
        if (deadline != Timeout.InfiniteTimeSpan && (deadline <= TimeSpan.Zero || deadline > TimeSpan.FromDays(1)))
            throw new ArgumentOutOfRangeException(nameof(deadline), deadline, "A deadline must be positive and at most a day.");

        cancel.ThrowIfCancellationRequested();
        try
        {
            var score = reward is BoundedReward bounded
                ? bounded.Judge(problem, completion)
                : await OnOwnThread(reward, problem, completion, deadline, time, cancel).ConfigureAwait(false);
            return Check(reward.Name, score, completion.ResponseTokens.Count);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            return Score.None(OneLine($"{reward.Name} threw {error.GetType().Name}: {error.Message}"));
        }
        catch (Exception error)
        {
            throw new OperationCanceledException("The run was stopped while a reward was being computed.", error, cancel);
        }
    }

    /// <summary>Scores completions together, on the calling thread. Where the reward throws, or gives too few scores, none of them has a score.</summary>
    /// <param name="reward">The reward.</param>
    /// <param name="rows">Problems and completions.</param>
    /// <param name="cancel">Stops the run; not a failure of the reward.</param>
    /// <returns>One per row: a finite score, or none with its reason in one line.</returns>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static IReadOnlyList<Score> ScoreTogether(
        IBatchReward reward, IReadOnlyList<(Problem Problem, Completion Completion)> rows, CancellationToken cancel)
    {
        try
        {
            var scores = reward.Score(rows, cancel);
            return scores.Count == rows.Count
                ? [.. scores.Select((score, row) => Check(reward.Name, score, rows[row].Completion.ResponseTokens.Count))]
                : None($"{reward.Name} gave {scores.Count} scores for {rows.Count} completions");
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return None($"{reward.Name} threw {error.GetType().Name}: {error.Message}");
        }

        Score[] None(string reason) => [.. rows.Select(_ => Score.None(OneLine(reason)))];
    }

    /// <summary>The answer that a reward reads in a completion, as <see cref="IReward.AnswerOf"/> gives it.</summary>
    /// <param name="reward">The reward.</param>
    /// <param name="completion">The completion.</param>
    /// <returns>The answer, and why there is none, in one line: empty but where the reward throws or gives null.</returns>
    public static (string Answer, string Failure) AnswerOf(IReward reward, Completion completion)
    {
        try
        {
            return (string?)reward.AnswerOf(completion) is { } answer ? (answer, "") : ("", OneLine($"{reward.Name} gave null instead of an answer"));
        }
        catch (Exception error)
        {
            return ("", OneLine($"{reward.Name} threw {error.GetType().Name}: {error.Message}"));
        }
    }

    private static async Task<Score?> OnOwnThread(
        IRewardFunction reward, Problem problem, Completion completion, TimeSpan deadline, TimeProvider time, CancellationToken cancel)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var call = Task.Factory.StartNew(
            async () => (Score?)await reward.ScoreAsync(problem, completion, stop.Token).ConfigureAwait(false),
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default).Unwrap();

        // What an abandoned call throws later is nobody's, and counts as seen.
        _ = call.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
        try
        {
            return await call.WaitAsync(deadline, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsFaulted)
        {
            return await AfterDeadline(reward, call, deadline, time, cancel).ConfigureAwait(false);
        }
        finally
        {
            // Not awaited: callbacks on the token are the reward's, and may hang like the reward.
            if (call.IsCompleted)
                stop.Dispose();
            else
                _ = Stop(stop);
        }
    }

    private static async Task<Score?> AfterDeadline(
        IRewardFunction reward, Task<Score?> call, TimeSpan deadline, TimeProvider time, CancellationToken cancel)
    {
        var overtime = reward.Overtime;
        try
        {
            return await call.WaitAsync(overtime, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsFaulted)
        {
            return Score.None(OneLine($"{reward.Name} did not finish within {(deadline + overtime).TotalSeconds:0.###} s"));
        }
    }

    private static async Task Stop(CancellationTokenSource stop)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        stop.Dispose();
    }

    /// <summary>Whether training can compute with a number.</summary>
    internal static bool Fits(double number) => Math.Abs(number) <= Largest;

    private static Score Check(string name, Score? score, int tokens) => score switch
    {
        null => Score.None(OneLine($"{name} gave null instead of a score")),
        Unscored none => Score.None(OneLine($"{none.Reason}")),
        Scored { Parts: null } => Score.None(OneLine($"{name} gave a score whose parts are null")),
        Scored { Total: var total } when !double.IsFinite(total) => Score.None(OneLine($"{name} gave {total} instead of a finite number")),
        Scored scored when scored.Parts.Any(part => !double.IsFinite(part.Value)) => Score.None(OneLine(
            $"{name} gave {scored.Parts.First(part => !double.IsFinite(part.Value))} instead of parts that are finite numbers")),
        Scored scored when scored.Parts.Values.Append(scored.Total).FirstOrDefault(number => !Fits(number)) is var large and not 0 => Score.None(OneLine(
            $"{name} gave {large}; a score and its parts lie between -{Largest} and {Largest}")),
        Scored { Steps: null } => Score.None(OneLine($"{name} gave a score whose steps are null")),
        Scored scored when scored.Steps.Any(step => step.Token < 0 || step.Token >= tokens || !double.IsFinite(step.Value)) => Score.None(OneLine(
            $"{name} gave {scored.Steps.First(step => step.Token < 0 || step.Token >= tokens || !double.IsFinite(step.Value))}; a step needs a "
            + $"finite value and one of the response's {tokens} tokens")),
        Scored scored when scored.Steps.FirstOrDefault(step => !Fits(step.Value)).Value is var large and not 0 => Score.None(OneLine(
            $"{name} gave {large} at a step; its value must lie between -{Largest} and {Largest}")),
        _ => score,
    };

    // Messages may hold anything that a model wrote, line ends and escape sequences too.
    private static string OneLine(string text)
    {
        var start = text.Length > LongestReason ? text[..(LongestReason - 1)] + "…" : text;
        return string.Concat(start.Select(character => char.IsControl(character) ? ' ' : character));
    }
}
