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

    /// <summary>Room for a model's weights, laid out for some vectors.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">How matrices are held.</param>
    /// <param name="vectors">Those of the forward pass.</param>
    public static EngineWeights Weights(LanguageModel model, PackedType type, VectorBits vectors) =>
        new(model, type, PackedMatrix.Panel(vectors));

    /// <summary>A forward pass with room for some rows.</summary>
    /// <param name="config">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="team">Who computes.</param>
    /// <param name="room">For how much.</param>
    /// <param name="vectors">Those that the weights were packed for.</param>
    public static IForward New(ModelConfig config, EngineWeights weights, Team team, EngineRoom room, VectorBits vectors) =>
        vectors switch
        {
            VectorBits.Bits512 => new Forward<Lanes16>(config, weights, team, room),
            VectorBits.Bits256 => new Forward<Lanes8>(config, weights, team, room),
            VectorBits.Bits128 => new Forward<Lanes4>(config, weights, team, room),
            VectorBits.None => new Forward<Lane>(config, weights, team, room),
            _ => throw new UnreachableException(),
        };
}
