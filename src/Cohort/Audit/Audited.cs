namespace Cohort.Audit;

/// <summary>An estimator of a table, with what makes a run use it.</summary>
/// <param name="Settings">As for --set, separated by spaces; empty where no option does.</param>
/// <param name="Estimator">The loss.</param>
internal sealed record Audited(string Settings, Estimator Estimator)
{
    /// <summary>Whether each prompt's greedy completion is sampled too.</summary>
    public bool SamplesGreedy { get; init; }
}
