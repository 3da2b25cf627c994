using System.Text.Json.Serialization;

namespace Cohort.Training;

/// <summary>What turns gradients into steps, and its learning rate: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(AdamOptions), "adamw")]
[JsonDerivedType(typeof(SgdOptions), "sgd")]
public abstract record OptimizerOptions
{
    private protected OptimizerOptions()
    {
    }

    /// <summary>The highest learning rate; above 0.</summary>
    public double LearningRate
    {
        get;
        init => field = value is > 0 and <= 10 ? value
            : throw new ArgumentOutOfRangeException(nameof(LearningRate), value, "LearningRate must lie in (0, 10].");
    } = 2e-4;

    /// <summary>Optimizer steps over which the learning rate rises from 0.</summary>
    public int WarmupSteps
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(WarmupSteps), value, "WarmupSteps must be at least 0.");
    }

    /// <summary>
    /// The share of the run's budget over which the learning rate rises instead, in [0, 1): where runs are compared at equal numbers of sampled tokens,
    /// optimizer steps are no common measure. 0 is <see cref="WarmupSteps"/>.
    /// </summary>
    public double WarmupShare
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(WarmupShare), value, "WarmupShare must lie in [0, 1); 0 warms up by WarmupSteps.");
    }

    /// <summary>How it falls afterwards, over the run's budget.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>The share of the highest learning rate that is left at the end, in [0, 1].</summary>
    public double FinalFraction
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(FinalFraction), value, "FinalFraction must lie in [0, 1].");
    } = 0.1;

    /// <summary>
    /// The share of the run, at its end, over which the learning rate falls; below 1 it first stays (warm-up, stable, decay: arXiv:2404.06395).
    /// </summary>
    public double DecayShare
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(DecayShare), value, "DecayShare must lie in (0, 1]; 1 falls from the start.");
    } = 1;

    /// <summary>Half cosines of the cosine schedules: how often the learning rate falls.</summary>
    public double Cycles
    {
        get;
        init => field = value is > 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Cycles), value, "Cycles must lie in (0, 1000].");
    } = 1;

    /// <summary>The exponent of the polynomial schedule; 1 is a line.</summary>
    public double Power
    {
        get;
        init => field = value is > 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(Power), value, "Power must lie in (0, 100].");
    } = 1;

    /// <summary>Optimizer steps of the inverse square root's time scale; 0 is those of the warm-up and one.</summary>
    public int TimeScale
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(TimeScale), value, "TimeScale must be at least 0; 0 follows the warm-up.");
    }

    /// <summary>Weight decay, at least 0.</summary>
    public double WeightDecay
    {
        get;
        init => field = value is >= 0 and <= 10 ? value
            : throw new ArgumentOutOfRangeException(nameof(WeightDecay), value, "WeightDecay must lie in [0, 10].");
    }

    /// <summary>The gradient's norm is cut to this; above 0.</summary>
    public double MaxGradientNorm
    {
        get;
        init => field = value is > 0 and < double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxGradientNorm), value, "MaxGradientNorm must be above 0 and finite.");
    } = 1;

    /// <summary>Whether another budget would have given other learning rates.</summary>
    internal bool FollowsBudget => WarmupShare > 0 || Schedule is not (LearningRateSchedule.Constant or LearningRateSchedule.InverseSquareRoot);

    /// <summary>Relations between the options.</summary>
    /// <param name="path">The option that they are, as in messages.</param>
    internal IEnumerable<string> Problems(string path)
    {
        if (WarmupSteps > 0 && WarmupShare > 0)
        {
            yield return $"{path}.warmupSteps is {WarmupSteps} and {path}.warmupShare is {WarmupShare}, two ways to say how long the learning rate rises; "
                + "set one of them to 0.";
        }

        if (WarmupShare > 0 && Schedule == LearningRateSchedule.InverseSquareRoot)
        {
            yield return $"{path}.schedule is inverseSquareRoot, which falls by optimizer steps whatever the budget, but {path}.warmupShare is {WarmupShare}; "
                + "warm up by warmupSteps, or choose another schedule.";
        }
    }
}

/// <summary>Adam with decoupled weight decay (arXiv:1711.05101).</summary>
public sealed record AdamOptions : OptimizerOptions
{
    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public double Beta1
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Beta1), value, "Beta1 must lie in [0, 1).");
    } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public double Beta2
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Beta2), value, "Beta2 must lie in [0, 1).");
    } = 0.95;

    /// <summary>Added to the root of the second moment; above 0.</summary>
    public double Epsilon
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Epsilon), value, "Epsilon must lie in (0, 1].");
    } = 1e-8;

    /// <summary>Divides by the largest second moment so far (AMSGrad: Reddi et al. 2018, On the Convergence of Adam and Beyond).</summary>
    public bool LargestMoment { get; init; }

    /// <summary>Adds the weight decay to the gradient, as in Adam's own form (arXiv:1412.6980), instead of to the step.</summary>
    public bool DecayInGradient { get; init; }
}

/// <summary>Stochastic gradient descent with momentum; weight decay is added to the gradient.</summary>
public sealed record SgdOptions : OptimizerOptions
{
    /// <summary>The share of the velocity that a step keeps, in [0, 1); 0 is none.</summary>
    public double Momentum
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Momentum), value, "Momentum must lie in [0, 1).");
    }

    /// <summary>The share of the gradient that does not enter the velocity after the first step, in [0, 1).</summary>
    public double Dampening
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Dampening), value, "Dampening must lie in [0, 1).");
    }

    /// <summary>Steps along the gradient and the velocity it has just changed, instead of the velocity alone.</summary>
    public bool Nesterov { get; init; }
}
