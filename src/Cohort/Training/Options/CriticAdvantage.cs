using System.Text.Json.Serialization;
using Cohort.Models;

namespace Cohort.Training;

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

    internal override IEnumerable<string> Files => Critic.Start is RewardModelCritic start ? CarriedFiles.OfModel(start.Path) : [];

    internal override bool ComparesGroup => false;

    internal override bool KeepsScale => Lambda == 1 && Discount == 1;
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
