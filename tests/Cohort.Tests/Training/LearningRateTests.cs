using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class LearningRateTests
{
    [Theory]
    [InlineData(LearningRateSchedule.Constant, 2, 0.4, 0.0048)]   // 0.008 * 3/5
    [InlineData(LearningRateSchedule.Constant, 20, 0.4, 0.008)]
    [InlineData(LearningRateSchedule.Linear, 20, 0.4, 0.0056)]    // 0.25 + 0.75 * 0.6 = 0.7
    [InlineData(LearningRateSchedule.Linear, 2, 0.4, 0.00336)]
    [InlineData(LearningRateSchedule.Cosine, 20, 0.3, 0.00676336)] // 0.25 + 0.75 * (1 + cos 54°) / 2
    [InlineData(LearningRateSchedule.Linear, 20, 1.0, 0.002)]
    [InlineData(LearningRateSchedule.Cosine, 20, 1.0, 0.002)]
    public void Rate_is_the_hand_computed_number(LearningRateSchedule schedule, long steps, double progress, double expected)
    {
        var options = new OptimizerOptions { LearningRate = 0.008, WarmupSteps = 4, Schedule = schedule, FinalFraction = 0.25 };
        Assert.Equal(expected, LearningRate.At(options, steps, progress), 1e-8);
    }

    [Fact]
    public void Without_warm_up_the_first_step_has_the_whole_rate() =>
        Assert.Equal(0.008, LearningRate.At(new OptimizerOptions { LearningRate = 0.008 }, optimizerSteps: 0, progress: 0));
}
