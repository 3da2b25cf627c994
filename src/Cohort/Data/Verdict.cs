namespace Cohort.Data;

/// <summary>What one of a run's rewards said of a completion.</summary>
/// <param name="Reward">Its name in the run.</param>
/// <param name="Score">Its own score, before its weight.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record Verdict(string Reward, Score Score, double Seconds);
