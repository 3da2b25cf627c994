using Cohort.Rollouts;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>Measures the policy on the validation split while training: one sample, and the greedy answer.</summary>
internal sealed class Validation(HeldOutMeasurement measurement, MeasuredRewards rewards, MetricAlarms alarms, EvaluationSampling sampling)
{
    /// <summary>The answers' name in messages.</summary>
    public const string Answers = "validation answers";

    /// <summary>How many problems a measurement takes.</summary>
    public int Problems => measurement.Problems.Count;

    /// <summary>Measures. Every measurement draws with the same random numbers.</summary>
    /// <param name="step">The step that was finished.</param>
    /// <param name="measures">Takes the numbers, once all of them are there.</param>
    /// <param name="cancel">Stops between tokens, and while rewards are computed.</param>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    /// <exception cref="TrainingException">The rewards give too few scores; it is thrown as soon as that is clear.</exception>
    public void Measure(long step, Measures measures, CancellationToken cancel)
    {
        var (sampled, greedy) = measurement.Measure(rewards.Measured, rewards.Trained, samples: 1, sampling, cancel);
        measures.Set(MetricNames.ValidationSampled, sampled.PassRate);
        measures.Set(MetricNames.ValidationGreedy, greedy.PassRate);
        measures.Set(MetricNames.ValidationScore, sampled.ScoreMean);
        measures.Set(MetricNames.ValidationLength, sampled.LengthMean);
        alarms.Take(step, sampled.Answers, measures);
    }
}
