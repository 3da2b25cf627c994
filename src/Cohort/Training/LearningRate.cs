using System.Diagnostics;

namespace Cohort.Training;

/// <summary>The learning rate of one optimizer step: warm-up by optimizer steps or by a share of the budget, then a schedule over the run's budget.</summary>
public static class LearningRate
{
    /// <summary>
    /// lr * w * (F + (1 - F) r), with F the final fraction and r the schedule's remainder of p = the used share of the run's decaying part. The warm-up w is
    /// min(1, (step+1)/(warmup+1)), or with a warm-up share s of the budget min(1, q/s), where q is the share that is used up with the tokens of the step at
    /// hand. So no first step is thrown away: neither begins at 0.
    /// </summary>
    /// <param name="options">Highest rate, warm-up, schedule.</param>
    /// <param name="optimizerSteps">Optimizer steps taken before this one.</param>
    /// <param name="share">Where in the budget the run's step lies.</param>
    public static double At(OptimizerOptions options, long optimizerSteps, BudgetShare share)
    {
        var warmup = options.WarmupShare > 0 ? share.Reached / options.WarmupShare : (optimizerSteps + 1.0) / (options.WarmupSteps + 1.0);
        var used = Math.Max(0, (share.Used - (1 - options.DecayShare)) / options.DecayShare);
        var fall = options.Schedule == LearningRateSchedule.Constant
            ? 1
            : options.FinalFraction + ((1 - options.FinalFraction) * Remainder(options, optimizerSteps, used));
        return options.LearningRate * Math.Min(1, warmup) * fall;
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
