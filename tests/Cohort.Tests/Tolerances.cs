namespace Cohort.Tests;

/// <summary>How far computed numbers may lie from expected ones, by the reason for the difference.</summary>
internal static class Tolerances
{
    /// <summary>The same formula in float64, in another order.</summary>
    public const double Float64 = 1e-12;

    /// <summary>Another system's float64 number, where it adds a tiny epsilon to a count or passes through float32.</summary>
    public const double OtherEpsilon = 1e-7;

    /// <summary>Numbers written out to six or more digits, computed in float32 or float64.</summary>
    public const double HandComputed = 1e-6;

    /// <summary>Logits of another system's float32 forward pass, absolute.</summary>
    public const double Logits = 2e-5;

    /// <summary>The same for a family whose embeddings are multiplied by sqrt(H), absolute.</summary>
    public const double ScaledLogits = 5e-5;

    /// <summary>The same in either, the Euclidean length of a row's difference relative to the row's.</summary>
    public const double RelativeLogits = 1e-5;

    /// <summary>Two float32 computations of one gradient, relative to its norm.</summary>
    public const double Float32Gradient = 1e-5;

    /// <summary>Log-probabilities of two float32 forward passes whose kernels differ, in nats.</summary>
    public const double LogProbs = 1e-4;
}
