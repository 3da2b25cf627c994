namespace Cohort.Kernels;

/// <summary>What all weights share in one step of stochastic gradient descent.</summary>
/// <param name="Decay">λ.</param>
/// <param name="Momentum">μ.</param>
/// <param name="Share">The gradient's in the velocity: 1 - d, and 1 at the first step.</param>
/// <param name="Nesterov">Whether weights move along g + μ v.</param>
/// <param name="Rate">lr.</param>
internal readonly record struct SgdFactors(double Decay, double Momentum, double Share, bool Nesterov, double Rate);
