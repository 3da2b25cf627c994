using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

public sealed class RewardQueueTests
{
    [Fact]
    public void Calls_that_a_stop_leaves_behind_fail_nobody()
    {
        var unseen = new List<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs error)
        {
            lock (unseen)
                unseen.Add(error.Exception);
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            LeaveBehind();
            Thread.Sleep(200);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.Empty(unseen);
    }

    // 40 calls: 32 run, 8 wait for a slot. The sampler fails, so that nobody waits for any of them.
    private static void LeaveBehind()
    {
        var reward = new DelegateReward("mine", async (_, _, _) =>
        {
            await Task.Delay(50, CancellationToken.None);
            return Score.Of(0.5);
        });
        using var queue = new RewardQueue(RewardSet.Of(reward, TimeSpan.FromSeconds(10)), TimeProvider.System);
        queue.Add(
            new Problem("p1", "a", "b"),
            Enumerable.Range(0, 40).Select(sample => new Completion(0, sample, [1], [2], [-0.5f], FinishReason.Stop, "b")).ToArray(),
            CancellationToken.None);
    }
}
