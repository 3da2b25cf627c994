namespace Cohort.Training;

/// <summary>The steps after which a run measures held-out problems, and in which it looks closer at what it trains.</summary>
internal static class MeasuredSteps
{
    /// <summary>
    /// Whether a step is one of every so many, the last of the budget, or the first to reach one of the curve's shares of it. Runs that end for another reason
    /// measure once more.
    /// </summary>
    /// <param name="options">The run's.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="tokensBefore">Tokens sampled before the step.</param>
    /// <param name="tokensAfter">Tokens sampled before and in the step.</param>
    public static bool IsDue(RunOptions options, long step, long tokensBefore, long tokensAfter)
    {
        var (before, after) = (options.Budget.Progress(step - 1, tokensBefore), options.Budget.Progress(step, tokensAfter));
        var (every, points) = (options.Evaluation.Every, options.Evaluation.Curve.Points);
        return (every > 0 && (step % every == 0 || after >= 1)) || Reached(after, points) > Reached(before, points);
    }

    /// <summary>How many of the curve's equal shares of the budget are used up: the largest j with j/n at most the progress.</summary>
    /// <param name="progress">The share of the budget that is used up.</param>
    /// <param name="points">n, the shares; 0 without a curve.</param>
    public static int Reached(double progress, int points)
    {
        var near = (int)Math.Round(progress * points); // the product alone is off by a rounding
        return near > 0 && (double)near / points > progress ? near - 1 : near;
    }
}
