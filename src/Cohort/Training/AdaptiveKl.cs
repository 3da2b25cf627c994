namespace Cohort.Training;

/// <summary>β moved to hold a target KL per token (seed, "KL Regularization and Trust Regions"; arXiv:1909.08593, section 2.2).</summary>
public static class AdaptiveKl
{
    /// <summary>β (1 + clip(KL/target - 1, -0.2, 0.2) n / horizon); β itself where there is no target.</summary>
    /// <param name="kl">Target and horizon.</param>
    /// <param name="coefficient">β before.</param>
    /// <param name="measured">KL(current || reference) per token, in nats, over the step.</param>
    /// <param name="completions">n, completions of the step.</param>
    public static double Next(KlPenalty kl, double coefficient, double measured, int completions)
    {
        if (kl.Target == 0 || !double.IsFinite(measured))
        {
            return coefficient;
        }

        var error = Math.Clamp((measured / kl.Target) - 1, -0.2, 0.2);
        return coefficient * (1 + (error * completions / kl.Horizon));
    }
}
