namespace Cohort.Cli;

/// <summary>One line of what `cohort doctor` finds.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Ok">Whether Cohort can work with it.</param>
/// <param name="Finding">What was found, with numbers.</param>
/// <param name="Remedy">What to do about it; empty when nothing need be done.</param>
internal sealed record Check(string Name, bool Ok, string Finding, string Remedy);
