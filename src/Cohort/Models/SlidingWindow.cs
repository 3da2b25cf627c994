using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Token i sees token j where j stands at most window - 1 places before it: 0 &lt;= i - j &lt; window.</summary>
internal sealed class SlidingWindow(int window) : IDisposable
{
    private Tensor _seen = ones([1, 1], ScalarType.Bool).DetachFromDisposeScope();

    /// <summary>Who sees whom in a sequence.</summary>
    /// <param name="length">S.</param>
    /// <param name="device">Where the result lies.</param>
    /// <returns>[S, S] bool, row i what token i sees; owned by the caller's scope.</returns>
    public Tensor Of(int length, Device device)
    {
        if (_seen.shape[0] < length || _seen.device != device)
        {
            using var scope = NewDisposeScope();
            var seen = ones([length, length], ScalarType.Bool, device: device).tril_(0).triu_(1 - window);
            _seen.Dispose();
            _seen = seen.DetachFromDisposeScope();
        }

        return _seen.narrow(0, 0, length).narrow(1, 0, length);
    }

    /// <summary>Frees the stored mask.</summary>
    public void Dispose() => _seen.Dispose();
}
