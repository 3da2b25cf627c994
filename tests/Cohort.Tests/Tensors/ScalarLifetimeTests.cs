using System.Diagnostics;
using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

/// <summary>TorchSharp's numbers outlive the native call that reads them; eng/README.md says why they might not.</summary>
public sealed class ScalarLifetimeTests
{
    [Fact]
    public void Torchsharp_is_the_patched_one() =>
        Assert.True(typeof(Scalar).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true, IsJITTrackingEnabled: true });

    [Fact]
    public void Numbers_are_not_freed_while_another_thread_collects_garbage()
    {
        using var scope = NewDisposeScope();
        var stop = false;
        var allocating = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
                GC.KeepAlive(new byte[2000]);
        });
        allocating.Start();
        var values = zeros(64);
        try
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(3);)
            {
                using var step = NewDisposeScope();
                values.zero_();
                values.add_(0.5);
                values.mul_(1.5);
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            allocating.Join();
        }

        Assert.Equal(0.75f, values[3].item<float>());
    }
}
