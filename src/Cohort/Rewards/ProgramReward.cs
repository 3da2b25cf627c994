using System.ComponentModel;
using Cohort.Data;
using Cohort.Tokenization;

namespace Cohort.Rewards;

/// <summary>
/// Asks a program of the user's, in any language: for each completion one line of JSON on its standard input, and one on its standard output. Each of
/// its worker processes scores one completion at a time. A worker that does anything but answer is killed with its children, the completion has no score,
/// and a fresh worker is started at once. A call's deadline does not end before <see cref="StartTime"/> of a worker that answers for the first time. What a
/// worker started and left behind as it ended lives on, and is not waited for. The model's text is data in a line, and never a part of a command.
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

    /// <summary>Starts the workers, so that a program that cannot be started is known at once, and each is ready when it is needed.</summary>
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
        try
        {
            while (_idle.Count < workers)
                _idle.Push(Start());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "program";

    /// <summary>
    /// Time that a worker has to start and to give its first answer: a call whose deadline comes sooner waits until then. In [0, 1 hour]; 30 s by default.
    /// </summary>
    public TimeSpan StartTime
    {
        get;
        init => field = value >= TimeSpan.Zero && value <= TimeSpan.FromHours(1) ? value
            : throw new ArgumentOutOfRangeException(nameof(StartTime), value, "StartTime must lie between 0 and an hour.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>What is left of <see cref="StartTime"/> for a worker that was asked and has not answered yet since it was started.</summary>
    public TimeSpan Overtime
    {
        get
        {
            lock (_lock)
                return _alive.Except(_idle).Select(worker => worker.LeftToStart(StartTime)).DefaultIfEmpty().Max();
        }
    }

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
    /// <exception cref="ObjectDisposedException">The reward is disposed.</exception>
    public async ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel)
    {
        var id = RewardMessage.NewId();
        var request = RewardMessage.Request(
            id, problem, completion, _pieces is null ? [] : RewardMessage.Pieces(_pieces, completion.ResponseTokens));
        var worker = Take();
        var answered = false;
        try
        {
            var score = RewardMessage.Answer(await worker.AskAsync(request, cancel).ConfigureAwait(false), id);
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
                Replace(worker);
        }
    }

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

    private RewardWorker Take()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _idle.TryPop(out var idle) ? idle : Start();
        }
    }

    private RewardWorker Start()
    {
        var worker = new RewardWorker(_command, _folder);
        _alive.Add(worker);
        return worker;
    }

    // A call that was given up may end after the next one has begun, which then has taken a worker more.
    private void Put(RewardWorker worker)
    {
        lock (_lock)
        {
            if (!_disposed && _alive.Count <= Concurrency)
            {
                _idle.Push(worker);
                return;
            }

            _alive.Remove(worker);
        }

        worker.Dispose();
    }

    private void Replace(RewardWorker worker)
    {
        worker.Dispose();
        lock (_lock)
        {
            _alive.Remove(worker);
            if (_disposed || _alive.Count >= Concurrency)
                return;

            try
            {
                _idle.Push(Start());
            }
            catch (Win32Exception)
            {
                // The next call tries again, and says why it cannot.
            }
        }
    }
}
