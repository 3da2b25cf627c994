namespace Cohort.Training;

/// <summary>Why a run ended.</summary>
public enum RunEnd
{
    /// <summary>The budget is used up.</summary>
    BudgetUsed,

    /// <summary>The validation metric reached evaluation.stopAt.</summary>
    TargetReached,

    /// <summary>The validation metric had no new best for evaluation.patience measurements.</summary>
    NoImprovement,

    /// <summary>It was stopped from outside; a checkpoint holds all finished steps.</summary>
    Cancelled,
}

/// <summary>What a run came to.</summary>
/// <param name="Directory">The run directory.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Step">Steps finished.</param>
/// <param name="SampledTokens">Tokens sampled in training.</param>
/// <param name="BestStep">The step with the best validation metric.</param>
/// <param name="BestValue">
/// That metric: sampled pass@1 on the validation split, or the share of its pairs that a reward model ranks right; below 0 where none was measured.
/// </param>
/// <param name="ModelFolder">The model at the end, as a Hugging Face folder; where the run was cancelled, the newest checkpoint's.</param>
/// <param name="ValidationRows">Held-out problems, or of a reward model pairs, of each measurement: without those that were left out as too long.</param>
public sealed record RunResult(
    string Directory, RunEnd End, long Step, long SampledTokens, long BestStep, double BestValue, string ModelFolder, int ValidationRows);
