namespace Cohort.Kernels;

/// <summary>
/// Threads that do one piece of work together, and meet between its phases. They wait without giving up their core at first, since phases are short. Which
/// thread takes which task is open; no number depends on it.
/// </summary>
internal sealed class Team : IDisposable
{
    // A thread looks at a flag so often before it lets others have its core (some tens of microseconds), and so often before it sleeps.
    private const int Looks = 1000;
    private const int Yields = 2000;

    private readonly Thread[] _others;
    private readonly SemaphoreSlim _begin = new(0);
    private Action<int> _work = static _ => { };
    private volatile Exception? _failure;
    private volatile bool _ended;
    private volatile int _call;
    private volatile int _phase;
    private int _working;
    private int _arrived;
    private int _taken;

    /// <param name="size">Threads, the caller's among them; at least 1.</param>
    public Team(int size)
    {
        Size = size;
        _others = [.. Enumerable.Range(1, size - 1).Select(worker => new Thread(() => Serve(worker)) { IsBackground = true, Name = $"rollout {worker}" })];
        foreach (var thread in _others)
            thread.Start();
    }

    /// <summary>How many threads.</summary>
    public int Size { get; }

    /// <summary>Does a piece of work on all threads, the calling one among them.</summary>
    /// <param name="work">Called once on each thread, with its number from 0.</param>
    /// <exception cref="InvalidOperationException">A thread failed; the inner exception says why.</exception>
    public void Run(Action<int> work)
    {
        (_work, _failure, _taken, _arrived) = (work, null, 0, 0);
        Volatile.Write(ref _working, Size);
        _call++;
        if (_others.Length > 0)
            _begin.Release(_others.Length);

        Do(0);
        for (var looks = 0; Volatile.Read(ref _working) > 0; looks++)
            Wait(looks);

        if (_failure is { } failure)
            throw new InvalidOperationException("A part of the rollout failed.", failure);
    }

    /// <summary>The next task of this phase that nobody has taken, from 0.</summary>
    public int Next() => Interlocked.Increment(ref _taken) - 1;

    /// <summary>Waits until all threads are here. Tasks are then counted from 0 again.</summary>
    /// <exception cref="OperationCanceledException">Another thread failed and does not come.</exception>
    public void Meet()
    {
        var phase = _phase;
        if (Interlocked.Increment(ref _arrived) == Size)
        {
            (_arrived, _taken) = (0, 0);
            _phase = phase + 1;
            return;
        }

        for (var looks = 0; _phase == phase; looks++)
        {
            if (_failure is not null)
                throw new OperationCanceledException();

            Wait(looks);
        }
    }

    // Phases are short, and where there are more threads than cores, the one that is waited for needs one.
    private static void Wait(int looks)
    {
        if (looks < Looks)
            Thread.SpinWait(1);
        else if (looks < Looks + Yields)
            Thread.Yield();
        else
            Thread.Sleep(1);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (_ended)
            return;

        _ended = true;
        if (_others.Length > 0)
            _begin.Release(_others.Length);

        foreach (var thread in _others)
            thread.Join();

        _begin.Dispose();
    }

    private void Serve(int worker)
    {
        for (var call = 0; ; call++)
        {
            for (var looks = 0; _call == call && !_ended && looks < Looks + Yields; looks++)
                Wait(looks);

            _begin.Wait();
            if (_ended)
                return;

            Do(worker);
        }
    }

    private void Do(int worker)
    {
        try
        {
            _work(worker);
        }
        catch (Exception error)
        {
            if (_failure is null or OperationCanceledException)
                _failure = error;
        }
        finally
        {
            Interlocked.Decrement(ref _working);
        }
    }
}
