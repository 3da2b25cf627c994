using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class LearningRateTests
{
    private static readonly AdamOptions Options = new() { LearningRate = 0.008, WarmupSteps = 4, FinalFraction = 0.25 };

    public static TheoryData<OptimizerOptions, long, double, double> Rates => new()
    {
        { With(LearningRateSchedule.Constant), 2, 0.4, 0.0048 }, // 0.008 * 3/5
        { With(LearningRateSchedule.Constant), 20, 0.4, 0.008 },
        { With(LearningRateSchedule.Linear), 20, 0.4, 0.0056 }, // 0.25 + 0.75 * 0.6 = 0.7
        { With(LearningRateSchedule.Linear), 2, 0.4, 0.00336 },
        { With(LearningRateSchedule.Linear), 20, 1, 0.002 },
        { With(LearningRateSchedule.Cosine), 20, 0.3, 0.00676336 }, // 0.25 + 0.75 * (1 + cos 54°) / 2
        { With(LearningRateSchedule.Cosine), 20, 1, 0.002 },
        { With(LearningRateSchedule.Cosine) with { Cycles = 2 }, 20, 0.75, 0.005 }, // on its way up: cos 270° = 0
        { With(LearningRateSchedule.CosineWithRestarts), 20, 0.3, 0.00676336 },
        { With(LearningRateSchedule.CosineWithRestarts) with { Cycles = 3 }, 20, 0.4, 0.00742705 }, // a fifth of the second: cos 36°
        { With(LearningRateSchedule.CosineWithRestarts) with { Cycles = 3 }, 20, 1, 0.002 },
        { With(LearningRateSchedule.Polynomial), 20, 0.4, 0.0056 },
        { With(LearningRateSchedule.Polynomial) with { Power = 2 }, 20, 0.4, 0.00416 }, // 0.25 + 0.75 * 0.36
        { With(LearningRateSchedule.OneLessRoot), 20, 0.36, 0.0044 }, // 0.25 + 0.75 * 0.4
        { With(LearningRateSchedule.InverseSquareRoot), 2, 0.4, 0.0048 },
        { With(LearningRateSchedule.InverseSquareRoot), 4, 0.4, 0.008 },
        { With(LearningRateSchedule.InverseSquareRoot), 19, 0.4, 0.005 }, // sqrt(5 / 20) = 0.5
        { With(LearningRateSchedule.InverseSquareRoot) with { TimeScale = 30 }, 19, 0.4, 0.00689898 }, // sqrt(30 / 45)
        { Share(LearningRateSchedule.Constant), 0, 0, 0.002 }, // with its own tokens the first step reaches 0.05, a quarter of the share
        { Share(LearningRateSchedule.Constant), 90, 0.1, 0.006 },
        { Share(LearningRateSchedule.Constant), 0, 0.3, 0.008 },
        { Share(LearningRateSchedule.Linear), 90, 0.1, 0.00555 }, // 0.75 * (0.25 + 0.75 * 0.9)
        { With(LearningRateSchedule.Linear) with { DecayShare = 0.4 }, 20, 0.5, 0.008 },
        { With(LearningRateSchedule.Linear) with { DecayShare = 0.4 }, 20, 0.9, 0.0035 }, // three quarters: 0.25 + 0.75 * 0.25
    };

    [Theory]
    [MemberData(nameof(Rates))]
    public void Rate_is_the_hand_computed_number(OptimizerOptions options, long steps, double progress, double expected) =>
        Assert.Equal(expected, LearningRate.At(options, steps, new(progress, progress + 0.05)), 1e-8);

    [Fact]
    public void Without_warm_up_the_first_step_has_the_whole_rate() =>
        Assert.Equal(0.008, LearningRate.At(new AdamOptions { LearningRate = 0.008 }, optimizerSteps: 0, new(0, 0.01)));

    private static AdamOptions Share(LearningRateSchedule schedule) => With(schedule) with { WarmupSteps = 0, WarmupShare = 0.2 };

    private static AdamOptions With(LearningRateSchedule schedule) => Options with { Schedule = schedule };
}
