namespace Cohort.Rollouts;

/// <summary>What computes completions.</summary>
public enum SamplerKind
{
    /// <summary>The engine, where it computes the model on its device; else the tensor library.</summary>
    Auto,

    /// <summary>The engine: kernels of our own on the processor, in float32.</summary>
    Engine,

    /// <summary>The tensor library, on every device.</summary>
    Torch,
}

/// <summary>How the engine holds the weights that it samples with.</summary>
public enum SamplerWeights
{
    /// <summary>As precisely as the policy's own.</summary>
    Exact,

    /// <summary>Rounded to 16 bits: half the memory to read for every token, but another policy than the trainer's, though a near one.</summary>
    Bfloat16,
}
