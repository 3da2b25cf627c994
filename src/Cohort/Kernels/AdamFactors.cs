namespace Cohort.Kernels;

/// <summary>What all weights share in one step of Adam.</summary>
/// <param name="WeightShare">1 - lr λ with decoupled weight decay λ, else 1.</param>
/// <param name="GradientDecay">λ where the decay is in the gradient, else 0.</param>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="RootCorrection">sqrt(1 - β₂^t) at step t.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Rate">lr / (1 - β₁^t).</param>
internal readonly record struct AdamFactors(
    double WeightShare, double GradientDecay, double Beta1, double Beta2, double RootCorrection, double Epsilon, double Rate);
