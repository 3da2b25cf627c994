using System.Diagnostics;
using Cohort.Kernels;
using Cohort.Models;

namespace Cohort.Engine;

/// <summary>Makes forward passes for this machine.</summary>
internal static class EngineForward
{
    /// <summary>Whether the engine computes a model: all but those whose positions are stretched anew for each length.</summary>
    /// <param name="config">The model.</param>
    public static bool Computes(ModelConfig config) => config.Rope.Scaling is not DynamicRope && config.LocalRope.Scaling is not DynamicRope;

    /// <summary>A forward pass with room for some rows.</summary>
    /// <param name="config">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="team">Who computes.</param>
    /// <param name="room">For how much.</param>
    /// <param name="vectors">Null is <see cref="Vectors.Widest"/>.</param>
    public static IForward New(ModelConfig config, EngineWeights weights, Team team, EngineRoom room, VectorBits? vectors = null) =>
        (vectors ?? Vectors.Widest) switch
        {
            VectorBits.Bits512 => new Forward<Lanes16>(config, weights, team, room),
            VectorBits.Bits256 => new Forward<Lanes8>(config, weights, team, room),
            VectorBits.Bits128 => new Forward<Lanes4>(config, weights, team, room),
            VectorBits.None => new Forward<Lane>(config, weights, team, room),
            _ => throw new UnreachableException(),
        };
}
