namespace Cohort.Data;

/// <summary>One question of the data set: what the policy is asked, and what a reward may compare its answer with.</summary>
/// <param name="Id">Names the problem in logs; unique within a data set.</param>
/// <param name="Prompt">The text that the policy continues.</param>
/// <param name="Reference">What the reward compares a completion with; for the bundled tasks, the correct answer.</param>
public sealed record Problem(string Id, string Prompt, string Reference);
