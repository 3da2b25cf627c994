using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class GroupComparisonTests
{
    // Responses of 4 and 1 have the group's advantages 1.5 and -1.5; the third has nothing to be compared with, since the fourth has no score.
    [Fact]
    public void Numbers_are_the_hand_computed_ones()
    {
        var measures = Describe(groupSize: 2);
        Assert.Equal(1.8 / Math.Sqrt(6.1875 * 5.38), measures.Of(MetricNames.GroupAdvantageCorrelation), 1e-6);
        Assert.Equal(1 / 3.0, measures.Of(MetricNames.GroupAdvantageSigns), 1e-6);
        Assert.Equal(Math.Sqrt(7.99 / 6.75), measures.Of(MetricNames.GroupAdvantageDifference), 1e-6);
    }

    [Fact]
    public void One_completion_a_prompt_has_no_group() => Assert.Empty(Describe(groupSize: 1).Finish(1).Values);

    [Fact]
    public void Equal_scores_leave_nothing_to_compare_with()
    {
        using var scope = NewDisposeScope();
        using var batch = Batches.Make(["x", "x"], [3, 3], zeros(2, 1), groupSize: 2);
        var measures = new Measures();
        GroupComparison.Describe(tensor(new[] { 0.4f, -0.7f }, [2, 1]), batch.Rewards, batch, measures);
        Assert.Empty(measures.Finish(1).Values);
    }

    private static Measures Describe(int groupSize)
    {
        using var scope = NewDisposeScope();
        using var batch = Batches.Make(["xx", "x.", "x.", "x."], [4, 1, 2, double.NaN], zeros(4, 2), groupSize);
        var rewards = tensor(new float[] { 1, 3, 1, 0, 2, 0, 0, 0 }, [4, 2]);
        var advantages = tensor(new[] { 2, -1, -0.5f, 0, 0.7f, 0, 0, 0 }, [4, 2]);
        var measures = new Measures();
        GroupComparison.Describe(advantages, rewards, batch, measures);
        return measures;
    }
}
