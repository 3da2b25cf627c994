namespace Cohort.Training;

/// <summary>All options of training a reward model on preferences: `cohort reward-model`.</summary>
public sealed record RewardModelOptions : SupervisedOptions
{
    /// <summary>Preferences per optimizer step: pairs of a chosen and a rejected completion.</summary>
    public int BatchPairs
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(BatchPairs), value, "BatchPairs must lie in [1, 1000000].");
    } = 64;

    /// <summary>
    /// Coefficient of (r_chosen + r_rejected)², which keeps the mean of the scores near 0 (arXiv:2312.09244, eq. 2); 0 leaves it out, 0.01 is usual.
    /// </summary>
    public double Centering
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Centering), value, "Centering must lie in [0, 1000].");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Model.Adapter is not NoAdapter)
        {
            yield return "model.adapter.kind must be none: a reward model is trained whole; merge an adapter by `cohort merge`, or name its folder as "
                + "model.path.";
        }

        foreach (var problem in SupervisedProblems("a prompt, a chosen and a rejected completion", ("", 0)))
            yield return problem;
    }
}
