using Cohort.Models;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>Bytes that tokens take on their way through a network's blocks, from its shape alone: what micro-batches are cut by and memory is forecast with.</summary>
/// <param name="config">The shape.</param>
/// <param name="recomputes">Whether blocks keep only their inputs for the backward pass.</param>
internal sealed class ActivationMemory(ModelConfig config, bool recomputes)
{
    /// <summary>What the graph keeps of a token until its backward pass.</summary>
    public double KeptPerToken => Float * ((config.Layers * (recomputes ? config.HiddenSize : KeptByBlock)) + (4.0 * config.HiddenSize));

    /// <summary>What a block needs of a token while it runs backward, beside <see cref="KeptPerToken"/>.</summary>
    public double WorkingPerToken => Float * ((recomputes ? KeptByBlock : 0) + (3.0 * (config.HiddenSize + config.IntermediateSize)));

    /// <summary>What a forward pass without gradient needs of a token.</summary>
    public double ForwardPerToken => Float * ((6.0 * config.HiddenSize) + (3.0 * config.IntermediateSize));

    /// <summary>A training pass over so many tokens at its height.</summary>
    /// <param name="tokens">Tokens of a micro-batch.</param>
    public double Training(double tokens) => tokens * (KeptPerToken + WorkingPerToken);

    private const double Float = sizeof(float);

    // Numbers per token: two norms (input, normalized, output), queries, keys and values of all query heads with their mixture, before and after the
    // heads are joined, and the four of the gated layer.
    private double KeptByBlock => (6.0 * config.HiddenSize) + (5.0 * config.Heads * config.HeadSize) + (4.0 * config.IntermediateSize);
}
