namespace Cohort.Training;

/// <summary>c_ent moved step by step to hold a target entropy per token (TRL's adaptive entropy coefficient; Skywork-OR1, arXiv:2505.22312).</summary>
public static class AdaptiveEntropy
{
    /// <summary>
    /// min(c + step, highest) where the entropy is at or below the target, else max(c - step, lowest); c itself where there is no target.
    /// </summary>
    /// <param name="bonus">Target, step and bounds.</param>
    /// <param name="coefficient">c before.</param>
    /// <param name="measured">The policy's entropy per token, in nats, over the step.</param>
    public static double Next(EntropyBonus bonus, double coefficient, double measured)
    {
        if (bonus.Target == 0 || !double.IsFinite(measured))
        {
            return coefficient;
        }

        return measured <= bonus.Target
            ? Math.Min(coefficient + bonus.Step, bonus.Highest)
            : Math.Max(coefficient - bonus.Step, bonus.Lowest);
    }

    /// <summary>
    /// The coefficient that the next step's loss has: while the last entropy lay above the target, there is no bonus, as in TRL; without a target
    /// always c.
    /// </summary>
    /// <param name="bonus">The target.</param>
    /// <param name="coefficient">c.</param>
    /// <param name="measured">The last step's entropy per token, in nats.</param>
    public static double Applied(EntropyBonus bonus, double coefficient, double measured) =>
        bonus.Target > 0 && measured > bonus.Target ? 0 : coefficient;
}
