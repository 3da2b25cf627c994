namespace Cohort.Kernels;

/// <summary>What an optimizer's step reads and changes of one parameter: lists of one length.</summary>
/// <param name="Weights">Changed.</param>
/// <param name="Gradient">Before it is cut; only read.</param>
/// <param name="State">As many as the optimizer has; changed.</param>
internal readonly record struct ParameterNumbers(Floats Weights, Floats Gradient, Floats[] State);
