using System.Diagnostics;

namespace Cohort.Training;

/// <summary>The learning rate of one optimizer step: warm-up by optimizer steps, then a schedule over the run's budget.</summary>
public static class LearningRate
{
    /// <summary>
    /// lr * min(1, (step+1)/(warmup+1)) * (F + (1 - F) r), with F the final fraction and r the schedule's remainder of p = the used share of the
    /// run's decaying part. The first step is not thrown away: warm-up begins at 1/(warmup+1), not at 0.
    /// </summary>
    /// <param name="options">Highest rate, warm-up, schedule.</param>
    /// <param name="optimizerSteps">Optimizer steps taken before this one.</param>
    /// <param name="progress">The share of the budget that is used up, in [0, 1].</param>
    public static double At(OptimizerOptions options, long optimizerSteps, double progress)
    {
        var warmup = Math.Min(1, (optimizerSteps + 1.0) / (options.WarmupSteps + 1.0));
        var used = Math.Max(0, (progress - (1 - options.DecayShare)) / options.DecayShare);
        var fall = options.Schedule == LearningRateSchedule.Constant
            ? 1
            : options.FinalFraction + ((1 - options.FinalFraction) * Remainder(options, optimizerSteps, used));
        return options.LearningRate * warmup * fall;
    }

    private static double Remainder(OptimizerOptions options, long optimizerSteps, double used) => options.Schedule switch
    {
        LearningRateSchedule.Linear => 1 - used,
        LearningRateSchedule.Cosine => HalfCosine(options.Cycles * used),
        LearningRateSchedule.CosineWithRestarts => used >= 1 ? 0 : HalfCosine(options.Cycles * used % 1),
        LearningRateSchedule.Polynomial => Math.Pow(1 - used, options.Power),
        LearningRateSchedule.OneLessRoot => 1 - Math.Sqrt(Math.Round(used, 12)), // near 0 the root blows up what rounding left
        LearningRateSchedule.InverseSquareRoot => InverseRoot(options, optimizerSteps),
        _ => throw new UnreachableException(),
    };

    private static double HalfCosine(double used) => 0.5 * (1 + Math.Cos(Math.PI * used));

    // sqrt(s / (s + steps since the warm-up)), s the time scale.
    private static double InverseRoot(OptimizerOptions options, long optimizerSteps)
    {
        var scale = options.TimeScale == 0 ? options.WarmupSteps + 1.0 : options.TimeScale;
        return Math.Sqrt(scale / (scale + Math.Max(0, optimizerSteps - options.WarmupSteps)));
    }
}
