using System.Diagnostics;
using System.Text.Json.Serialization;
using Cohort.Advantages;
using Cohort.Losses;

namespace Cohort.Training;

/// <summary>
/// An algorithm is three independent choices: how advantages are estimated, what the policy minimizes, how tokens are averaged; beside
/// them stand KL and entropy. PPO and GRPO are two presets over them.
/// </summary>
public sealed record AlgorithmOptions
{
    /// <summary>PPO (arXiv:1707.06347): a critic with GAE, advantages normalized per minibatch, the mean over all tokens.</summary>
    public static AlgorithmOptions Ppo { get; } = new()
    {
        Advantage = new CriticAdvantage(),
        NormalizeAdvantages = true,
        Reduction = Reduction.TokenMean,
    };

    /// <summary>GRPO (DeepSeekMath, arXiv:2402.03300): scores compared inside a group, 1/|o| then the mean of the responses.</summary>
    public static AlgorithmOptions Grpo { get; } = new()
    {
        Advantage = new GroupRelative(),
        NormalizeAdvantages = false,
        Reduction = Reduction.ResponseMean,
    };

    /// <summary>The algorithm of a name.</summary>
    /// <param name="preset">The name.</param>
    public static AlgorithmOptions Of(AlgorithmPreset preset) => preset switch
    {
        AlgorithmPreset.Grpo => Grpo,
        AlgorithmPreset.Ppo => Ppo,
        _ => throw new UnreachableException(),
    };

    /// <summary>Where advantages come from: the one choice in which PPO and GRPO differ.</summary>
    public AdvantageOptions Advantage { get; init; } = new GroupRelative();

    /// <summary>Whether each minibatch's advantages are brought to mean 0 and deviation 1 (seed, "Advantages and Normalization").</summary>
    public bool NormalizeAdvantages { get; init; }

    /// <summary>The surrogate's clip range.</summary>
    public ClipOptions Clip { get; init; } = new();

    /// <summary>How per-token losses become one number.</summary>
    public Reduction Reduction { get; init; } = Reduction.ResponseMean;

    /// <summary>The tether to the reference.</summary>
    public KlPenalty Kl { get; init; } = new();

    /// <summary>c_ent, the weight of the entropy bonus; 0 is none.</summary>
    public double EntropyCoefficient
    {
        get;
        init => field = value is >= 0 and <= 10 ? value
            : throw new ArgumentOutOfRangeException(nameof(EntropyCoefficient), value, "EntropyCoefficient must lie in [0, 10].");
    }
}

/// <summary>How advantages are estimated: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CriticAdvantage), "critic")]
[JsonDerivedType(typeof(GroupRelative), "group")]
public abstract record AdvantageOptions
{
    private protected AdvantageOptions()
    {
    }
}

/// <summary>A learned critic and GAE.</summary>
public sealed record CriticAdvantage : AdvantageOptions
{
    /// <summary>γ in (0, 1]; 1 treats a response as one episode without hurry.</summary>
    public double Discount
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Discount), value, "Discount must lie in (0, 1].");
    } = 1;

    /// <summary>λ in [0, 1] of GAE; 0.95 in arXiv:1707.06347.</summary>
    public double Lambda
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Lambda), value, "Lambda must lie in [0, 1].");
    } = 0.95;

    /// <summary>λ of the returns that the critic learns.</summary>
    public ValueLambda ValueLambda { get; init; } = new PolicyLambda();

    /// <summary>
    /// Whether a response that the length limit cut off goes on with the value of the state after its last token; otherwise V = 0 there, as after
    /// an end.
    /// </summary>
    public bool BootstrapCutOff { get; init; }

    /// <summary>The critic's network and its training.</summary>
    public CriticOptions Critic { get; init; } = new();
}

/// <summary>λ of the critic's targets: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PolicyLambda), "policy")]
[JsonDerivedType(typeof(OwnLambda), "own")]
public abstract record ValueLambda
{
    private protected ValueLambda()
    {
    }
}

/// <summary>The λ of the policy's advantages.</summary>
public sealed record PolicyLambda : ValueLambda;

/// <summary>A λ of its own: decoupled GAE (VAPO, arXiv:2504.05118).</summary>
public sealed record OwnLambda : ValueLambda
{
    /// <summary>λ in [0, 1]; 1, the value of VAPO, makes the targets plain returns without bias.</summary>
    public double Lambda
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Lambda), value, "Lambda must lie in [0, 1].");
    } = 1;
}

/// <summary>Scores compared inside a group of completions of one prompt.</summary>
public sealed record GroupRelative : AdvantageOptions
{
    /// <summary>What centred scores are divided by.</summary>
    public GroupScale Scale { get; init; } = GroupScale.GroupDeviation;

    /// <summary>Added to the group's standard deviation; above 0.</summary>
    public double Epsilon
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must lie in (0, 1].");
    } = 1e-4;
}

/// <summary>The clip range of the surrogate, in units of probability ratio.</summary>
public sealed record ClipOptions
{
    /// <summary>ε below 1; 0.2 in arXiv:1707.06347.</summary>
    public double Low
    {
        get;
        init => field = value is > 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Low), value, "Low must lie in (0, 1).");
    } = 0.2;

    /// <summary>ε above 1; equal to <see cref="Low"/> in PPO's own form.</summary>
    public double High
    {
        get;
        init => field = value is > 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(High), value, "High must lie in (0, 100].");
    } = 0.2;
}
