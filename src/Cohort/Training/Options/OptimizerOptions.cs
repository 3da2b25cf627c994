namespace Cohort.Training;

/// <summary>How the learning rate moves over the run.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays.</summary>
    Constant,

    /// <summary>Falls on a line to the final fraction.</summary>
    Linear,

    /// <summary>Falls on half a cosine to the final fraction.</summary>
    Cosine,
}

/// <summary>AdamW (arXiv:1711.05101) and its learning rate.</summary>
public sealed record OptimizerOptions
{
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

    /// <summary>How it falls afterwards, over the run's budget.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>The share of the highest learning rate that is left at the end, in [0, 1].</summary>
    public double FinalFraction
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(FinalFraction), value, "FinalFraction must lie in [0, 1].");
    } = 0.1;

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

    /// <summary>Decoupled weight decay, at least 0.</summary>
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
}
