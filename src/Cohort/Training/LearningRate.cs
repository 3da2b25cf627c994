namespace Cohort.Training;

/// <summary>The learning rate of one optimizer step: warm-up by optimizer steps, then a schedule over the run's budget.</summary>
public static class LearningRate
{
    /// <summary>lr * min(1, (step+1)/(warmup+1)) * schedule(progress).</summary>
    /// <param name="options">Highest rate, warm-up, schedule.</param>
    /// <param name="optimizerSteps">Optimizer steps taken before this one.</param>
    /// <param name="progress">The share of the budget that is used up, in [0, 1].</param>
    public static double At(OptimizerOptions options, long optimizerSteps, double progress)
    {
        var warmup = Math.Min(1, (optimizerSteps + 1.0) / (options.WarmupSteps + 1.0));
        var remaining = options.Schedule switch
        {
            LearningRateSchedule.Constant => 1,
            LearningRateSchedule.Linear => 1 - progress,
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var fall = options.Schedule == LearningRateSchedule.Constant ? 1 : options.FinalFraction + ((1 - options.FinalFraction) * remaining);
        return options.LearningRate * warmup * fall;
    }
}
