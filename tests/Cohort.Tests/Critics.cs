using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>What critics say of whole sequences.</summary>
internal static class Critics
{
    /// <summary>The value before each token but the first, of every row as wide as it is: [B, T] float32, owned by the caller's scope.</summary>
    public static Tensor Values(this Critic critic, Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return critic.Values(tokens, ones(tokens.shape[0], tokens.shape[1] - 1, ScalarType.Bool)).MoveToOuterDisposeScope();
    }
}
