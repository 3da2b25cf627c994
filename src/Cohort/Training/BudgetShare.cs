namespace Cohort.Training;

/// <summary>Where in the run's budget a step lies, which schedules follow: every update of the step has the same two numbers.</summary>
/// <param name="Used">The share that was used up before the step, in [0, 1].</param>
/// <param name="Reached">The share that is used up with the step, its sampled tokens counted; in [0, 1], and above 0.</param>
public readonly record struct BudgetShare(double Used, double Reached);
