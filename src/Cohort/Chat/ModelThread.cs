using System.Collections.Concurrent;

namespace Cohort.Chat;

/// <summary>
/// The one thread on which a model runs, since the tensor library's dispose scopes and gradient mode are of a thread. Work waits in a queue and is
/// done in its order.
/// </summary>
internal sealed class ModelThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Shown by debuggers.</param>
    public ModelThread(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Queues work. Any thread may call it.</summary>
    /// <param name="work">Runs on the thread; throws nothing.</param>
    /// <exception cref="ObjectDisposedException">The thread takes no more work.</exception>
    public void Post(Action work)
    {
        try
        {
            _work.Add(work);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(ModelThread));
        }
    }

    /// <summary>Takes no more work, and returns once the thread has done what is queued and has ended.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
