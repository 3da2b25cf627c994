namespace Cohort.Models;

/// <summary>How rotary angles are stretched so that a model reaches further than its first training did: rope_scaling in config.json.</summary>
public abstract record RopeScaling
{
    private protected RopeScaling()
    {
    }

    /// <summary>Angles as they are.</summary>
    public static RopeScaling None { get; } = new UnscaledRope();

    /// <summary>How many times longer the context becomes.</summary>
    public double Factor
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value
            : throw new ModelException($"{ModelConfig.FileName}: the rope factor is {value}; it must be a positive number.");
    } = 1;
}

/// <summary>Angles as they are.</summary>
public sealed record UnscaledRope : RopeScaling;

/// <summary>Every frequency divided by the factor: position interpolation (arXiv:2306.15595).</summary>
public sealed record LinearRope : RopeScaling;

/// <summary>
/// NTK-aware, by the length of the sequence: up to the trained length nothing changes; a longer one of L tokens turns by the base
/// θ · (factor · L / trained - (factor - 1))^(d/(d-2)).
/// </summary>
public sealed record DynamicRope : RopeScaling
{
    /// <summary>max_position_embeddings: the length up to which nothing changes. The context is factor times as long.</summary>
    public required int TrainedLength { get; init; }
}

/// <summary>NTK by parts with a temperature (arXiv:2309.00071).</summary>
public sealed record YarnRope : RopeScaling
{
    /// <summary>original_max_position_embeddings.</summary>
    public required int OriginalLength { get; init; }

    /// <summary>Rotations within the original length from which on a frequency stays as it is.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Rotations within the original length up to which a frequency is divided by the factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Whether the two bounds are rounded outwards to whole dimensions.</summary>
    public bool Truncates { get; init; } = true;

    /// <summary>Multiplies cosines and sines; attention_factor, or what factor, mscale and mscale_all_dim make of it.</summary>
    public required double AttentionFactor { get; init; }

    /// <summary>0.1 · mscale · ln(factor) + 1, or 1 where the factor does not stretch.</summary>
    /// <param name="factor">How many times longer the context becomes.</param>
    /// <param name="scale">mscale.</param>
    internal static double Temperature(double factor, double scale = 1) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;
}

/// <summary>Llama 3.1's: long wavelengths divided by the factor, short ones kept, those between interpolated (arXiv:2407.21783).</summary>
public sealed record Llama3Rope : RopeScaling
{
    /// <summary>original_max_position_embeddings.</summary>
    public required int OriginalLength { get; init; }

    /// <summary>Wavelengths above OriginalLength / this are divided by the factor.</summary>
    public required double LowFrequencyFactor { get; init; }

    /// <summary>Wavelengths below OriginalLength / this stay.</summary>
    public required double HighFrequencyFactor { get; init; }
}

/// <summary>Rotary positions of some layers: a base and its stretching.</summary>
public sealed record Rope
{
    /// <summary>θ, the base of the angles: dimension pair i turns by position · θ^(-2i/d).</summary>
    public double Theta { get; init; } = 10000;

    /// <summary>How the angles are stretched.</summary>
    public RopeScaling Scaling { get; init; } = RopeScaling.None;
}
