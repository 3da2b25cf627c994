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
    MetricAlarms alarms,
    IReadOnlyList<Problem> problems,
    EvaluationSampling sampling,
    ulong seed,
    IMetricSink sink)
{
    private readonly HeldOutEvaluation _sampled = new(sampler, prompts, rewards.Measured);
    private readonly HeldOutEvaluation _greedy = new(sampler, prompts, rewards.Trained);

    /// <summary>How many problems a measurement takes.</summary>
    public int Problems => problems.Count;

    /// <summary>Measures. Every measurement draws with the same random numbers, so that curves show the policy and not the draw.</summary>
    public void Measure(long step, Measures measures)
    {
        var sampled = Answer(_sampled, sampling, done: 0);
        var greedy = Answer(_greedy, sampling with { Temperature = 0 }, done: problems.Count);
        measures.Set(MetricNames.ValidationSampled, sampled.PassRate);
        measures.Set(MetricNames.ValidationGreedy, greedy.PassRate);
        measures.Set(MetricNames.ValidationScore, sampled.ScoreMean);
        measures.Set(MetricNames.ValidationLength, sampled.LengthMean);
        alarms.Take(step, sampled.Answers, measures);

        EvaluationResult Answer(HeldOutEvaluation evaluation, EvaluationSampling draw, int done) => evaluation.Measure(
            problems, draw, new SampleSeed(seed, Purpose.ValidationTokens, Step: 0),
            count => sink.Progress(RunPhase.Evaluation, done + count, 2 * problems.Count), CancellationToken.None);
    }
}
