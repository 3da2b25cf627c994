namespace Cohort.Training;

/// <summary>Measuring on held-out problems while training.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Steps between measurements on the validation split; 0 never.</summary>
    public int Every
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Every), value, "Every must be at least 0; 0 never.");
    } = 25;

    /// <summary>Validation problems, or of a reward model pairs, per measurement.</summary>
    public int Problems
    {
        get;
        init => field = value is >= 1 and <= 10_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Problems), value, "Problems must lie in [1, 10000000].");
    } = 200;

    /// <summary>A learning curve on held-out problems, by which nothing is chosen.</summary>
    public CurveOptions Curve { get; init; } = new();

    /// <summary>
    /// Rewards that are only measured on the validation split and never trained on, as in <c>{"gold": {"kind": "task"}}</c>: where the reward rises while one
    /// of them falls, the run raises an alarm (<see cref="Evaluation.DivergenceAlarm"/>).
    /// </summary>
    public RewardDictionary Metrics { get; init; } = RewardDictionary.None;

    /// <summary>
    /// The run stops once sampled pass@1 on the validation split, or of a reward model the share of pairs ranked right, reaches this; 0 never. Of a graded
    /// reward (bleu, rouge, model, judge, length, overlong, repetition; of several the first) it is the mean score of the sampled answers, and may be above 1.
    /// </summary>
    public double StopAt
    {
        get;
        init => field = value is >= 0 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(StopAt), value, "StopAt must lie in [0, 1000000]; 0 never stops.");
    }

    /// <summary>Measurements without a new best of what <see cref="StopAt"/> says after which the run stops; 0 never.</summary>
    public int Patience
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Patience), value, "Patience must be at least 0; 0 never stops.");
    }
}
