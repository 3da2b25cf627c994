using System.Text.Json.Serialization;

namespace Cohort.Training;

/// <summary>The critic: a regressor with its own network, optimizer and learning rate.</summary>
public sealed record CriticOptions
{
    /// <summary>Where the network comes from.</summary>
    public CriticStart Start { get; init; } = new CopyOfPolicy();

    /// <summary>Its optimizer.</summary>
    public OptimizerOptions Optimizer { get; init; } = new AdamOptions();

    /// <summary>c_v, the weight of the value term in the composite objective; above 0.</summary>
    public double Coefficient
    {
        get;
        init => field = value is > 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(Coefficient), value, "Coefficient must lie in (0, 100].");
    } = 0.5;

    /// <summary>How far a value may move from its old one before the loss is clipped, in units of the return; 0 is no clip.</summary>
    public double ClipRange
    {
        get;
        init => field = value is >= 0 and < double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(nameof(ClipRange), value, "ClipRange must be at least 0 and finite; 0 is no clip.");
    } = 0.2;

    /// <summary>Steps at the start in which only the critic learns.</summary>
    public int WarmupSteps
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(WarmupSteps), value, "WarmupSteps must be at least 0.");
    }

    /// <summary>The critic's own passes over a step's rows; 0 is as many as the policy's. An early stop of the policy does not stop them.</summary>
    public int EpochsPerStep
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(
                nameof(EpochsPerStep), value, "EpochsPerStep must lie in [0, 1000]; 0 is as many as the policy's.");
    }

    /// <summary>
    /// Whether the critic learns returns brought to mean 0 and deviation 1 by running statistics (PopArt, arXiv:1602.07714). Values, returns and
    /// the clip range stay in units of the return; the value loss is then one of the normalized returns, and the head has a bias.
    /// </summary>
    public bool NormalizeReturns { get; init; }
}

/// <summary>Where a critic's weights come from: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CopyOfPolicy), "policy")]
[JsonDerivedType(typeof(FreshCritic), "fresh")]
[JsonDerivedType(typeof(RewardModelCritic), "rewardModel")]
public abstract record CriticStart
{
    private protected CriticStart()
    {
    }
}

/// <summary>
/// The policy's own shape and weights, with a scalar head at zero. Where the policy is an adapter, the critic is a copy of that adapter on the same base
/// in memory, and learns with it and the head alone.
/// </summary>
public sealed record CopyOfPolicy : CriticStart;

/// <summary>Fresh weights of a size of its own.</summary>
public sealed record FreshCritic : CriticStart
{
    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize
    {
        get;
        init => field = value is >= 2 and <= 65536 ? value
            : throw new ArgumentOutOfRangeException(nameof(HiddenSize), value, "HiddenSize must lie in [2, 65536].");
    } = 64;

    /// <summary>Number of blocks.</summary>
    public int Layers
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Layers), value, "Layers must lie in [1, 1000].");
    } = 2;

    /// <summary>Number of heads; the head size is HiddenSize / Heads and must be even.</summary>
    public int Heads
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Heads), value, "Heads must lie in [1, 1000].");
    } = 2;
}

/// <summary>
/// A reward model's shape, weights and head, so that V begins as what the model thinks of the text so far (arXiv:2203.02155, appendix C.4). It reads the
/// policy's tokens, so it must have been trained with the policy's tokenizer.
/// </summary>
public sealed record RewardModelCritic : CriticStart
{
    /// <summary>The folder of the reward model, relative to the run file. On resume it must be there, unchanged.</summary>
    public string Path { get; init; } = "";
}
