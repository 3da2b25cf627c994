using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>Measures the policy on the validation split while training: one sample, and the greedy answer.</summary>
internal sealed class Validation(
    ISampler sampler,
    PromptEncoder prompts,
    MeasuredRewards rewards,
    double largestUnscoredShare,
    MetricAlarms alarms,
    IReadOnlyList<Problem> problems,
    EvaluationSampling sampling,
    ulong seed,
    IMetricSink sink)
{
    private const string Answers = "validation answers";

    /// <summary>How many problems a measurement takes.</summary>
    public int Problems => problems.Count;

    /// <summary>Measures. Every measurement draws with the same random numbers, so that curves show the policy and not the draw.</summary>
    /// <param name="step">The step that was finished.</param>
    /// <param name="measures">Takes the numbers, once all of them are there.</param>
    /// <param name="cancel">Stops between tokens, and while rewards are computed.</param>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    /// <exception cref="TrainingException">The rewards give too few scores; it is thrown as soon as that is clear.</exception>
    public void Measure(long step, Measures measures, CancellationToken cancel)
    {
        var sampled = Answer(rewards.Measured, sampling, done: 0);
        var greedy = Answer(rewards.Trained, sampling with { Temperature = 0 }, done: problems.Count);
        measures.Set(MetricNames.ValidationSampled, sampled.PassRate);
        measures.Set(MetricNames.ValidationGreedy, greedy.PassRate);
        measures.Set(MetricNames.ValidationScore, sampled.ScoreMean);
        measures.Set(MetricNames.ValidationLength, sampled.LengthMean);
        alarms.Take(step, sampled.Answers, measures);

        EvaluationResult Answer(RewardSet judges, EvaluationSampling draw, int done)
        {
            using var watch = new ScoreWatch(judges, Answers, problems.Count, cancel);
            try
            {
                var result = new HeldOutEvaluation(sampler, prompts, judges, watch.Hear).Measure(
                    problems, draw, new SampleSeed(seed, Purpose.ValidationTokens, Step: 0),
                    count => sink.Progress(RunPhase.Evaluation, done + count, 2 * problems.Count), watch.Token);
                new ScoreLimits(judges, largestUnscoredShare).Require(Answers, [.. result.Answers.Select(answer => answer.Score)]);
                return result;
            }
            catch (OperationCanceledException) when (watch.Failure is not null)
            {
                throw watch.Failure;
            }
        }
    }
}
