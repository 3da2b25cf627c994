namespace Cohort.Evaluation;

/// <summary>An estimate with the interval that holds the true value in 95 of 100 repetitions of the experiment.</summary>
/// <param name="Estimate">The estimate.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
public readonly record struct Interval(double Estimate, double Low, double High);
