namespace Cohort.Kernels;

/// <summary>The weights of a norm.</summary>
/// <param name="IsCentered">Whether the mean is taken off, as layer norms do.</param>
/// <param name="Epsilon">Added under the root.</param>
/// <param name="Weights">What is multiplied by: of a norm around one, 1 + weight.</param>
/// <param name="Biases">Empty but for a layer norm.</param>
internal sealed record NormWeights(bool IsCentered, double Epsilon, float[] Weights, float[] Biases);
