using System.Runtime.InteropServices;
using TorchSharp;

namespace Cohort.Tensors;

/// <summary>
/// Loads libtorch on a thread of its own, a quarter of a second of a processor's time, while the caller does what needs no tensors. Whether it loads is for the
/// first use of a tensor to say, which waits for this where it comes first.
/// </summary>
public sealed class LibTorchLoading : IDisposable
{
    private readonly Thread _thread;

    /// <summary>Starts loading.</summary>
    public LibTorchLoading()
    {
        _thread = new Thread(static () => NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _)) { IsBackground = true, Name = "libtorch" };
        _thread.Start();
    }

    /// <summary>Waits until it is loaded: a process that ends while a library loads may crash.</summary>
    public void Dispose() => _thread.Join();
}
