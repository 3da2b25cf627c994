using TorchSharp;

namespace Cohort.Tests;

/// <summary>Counts the tensors that this thread has made and not disposed.</summary>
internal static class LiveTensors
{
    public static long Count => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    /// <summary>Requires that an action leaves as many tensors as it found.</summary>
    public static void StayAsMany(string name, Action action)
    {
        var before = Count;
        action();
        Assert.True(Count == before, $"{name} left {Count - before} tensors behind.");
    }
}
