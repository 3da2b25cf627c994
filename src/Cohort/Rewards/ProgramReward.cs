using System.ComponentModel;
using Cohort.Data;
using Cohort.Tokenization;

namespace Cohort.Rewards;

/// <summary>
/// Asks a program of the user's, in any language: for each completion one line of JSON on its standard input, and one on its standard output. Each of
/// its worker processes scores one completion at a time. A worker that does anything but answer is killed with its children, the completion has no score,
/// and a fresh worker takes the next one. The model's text is data in a line, and never a part of a command.
/// </summary>
public sealed class ProgramReward : IRewardFunction, IDisposable
{
    private readonly IReadOnlyList<string> _command;
    private readonly string _folder;
    private readonly Tokenizer? _pieces;
    private readonly Lock _lock = new();
    private readonly Stack<RewardWorker> _idle = [];
    private readonly HashSet<RewardWorker> _alive = [];
    private bool _disposed;

    /// <summary>Starts the first worker, so that a program that cannot be started is known at once; the others start when they are needed.</summary>
    /// <param name="command">The program and its arguments, which no shell reads.</param>
    /// <param name="folder">The folder that it runs in, and from which a relative path to the program begins.</param>
    /// <param name="workers">How many processes score at once, at least one.</param>
    /// <param name="pieces">Gives the text of each token, for rewards within a response; null where the program does not need it.</param>
    /// <exception cref="ArgumentException">There is no command.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no worker.</exception>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public ProgramReward(IReadOnlyList<string> command, string folder, int workers, Tokenizer? pieces = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        if (command.Count == 0)
            throw new ArgumentException("The command is empty; name at least a program.", nameof(command));

        (_command, _folder, Concurrency, _pieces) = (command, Path.GetFullPath(folder), workers, pieces);
        Put(Take());
    }

    /// <inheritdoc/>
    public string Name => "program";

    /// <summary>The number of workers: who waits for one is not yet under its deadline.</summary>
    public int Concurrency { get; }

    /// <summary>The numbers of the processes that are alive.</summary>
    internal IReadOnlyList<int> ProcessIds
    {
        get
        {
            lock (_lock)
                return [.. _alive.Select(worker => worker.ProcessId)];
        }
    }

    /// <inheritdoc/>
    /// <remarks>Waits on the calling thread.</remarks>
    /// <exception cref="ObjectDisposedException">The reward is disposed.</exception>
    public ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel) =>
        ValueTask.FromResult(Ask(problem, completion, cancel));

    /// <summary>Kills all workers with their children.</summary>
    public void Dispose()
    {
        RewardWorker[] workers;
        lock (_lock)
        {
            _disposed = true;
            workers = [.. _alive];
            _alive.Clear();
            _idle.Clear();
        }

        foreach (var worker in workers)
            worker.Dispose();
    }

    private Score Ask(Problem problem, Completion completion, CancellationToken cancel)
    {
        var id = RewardMessage.NewId();
        var request = RewardMessage.Request(
            id, problem, completion, _pieces is null ? [] : RewardMessage.Pieces(_pieces, completion.ResponseTokens));
        var worker = Take();
        var answered = false;
        try
        {
            ReadOnlyMemory<byte> answer;
            using (cancel.Register(worker.Kill))
                answer = worker.Ask(request);
            cancel.ThrowIfCancellationRequested();
            var score = RewardMessage.Answer(answer, id);
            answered = true;
            return score;
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            cancel.ThrowIfCancellationRequested();
            return Score.None($"{Name}: {error.Message}");
        }
        finally
        {
            if (answered)
                Put(worker);
            else
                Remove(worker);
        }
    }

    private RewardWorker Take()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idle.TryPop(out var idle))
                return idle;

            var worker = new RewardWorker(_command, _folder);
            _alive.Add(worker);
            return worker;
        }
    }

    private void Put(RewardWorker worker)
    {
        lock (_lock)
        {
            if (!_disposed && _idle.Count < Concurrency)
            {
                _idle.Push(worker);
                return;
            }
        }

        Remove(worker);
    }

    private void Remove(RewardWorker worker)
    {
        lock (_lock)
            _alive.Remove(worker);
        worker.Dispose();
    }
}
