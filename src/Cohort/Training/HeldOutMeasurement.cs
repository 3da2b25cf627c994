using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>Answers to held-out problems while training, whose scores keep to the limits of the run's rewards.</summary>
/// <param name="sampler">Samples from the policy.</param>
/// <param name="prompts">Writes the problems for the policy.</param>
/// <param name="largestUnscoredShare">The limit of the score that the rewards make together.</param>
/// <param name="what">The answers' name in messages, such as "validation answers".</param>
/// <param name="problems">The problems.</param>
/// <param name="seed">Where random numbers come from: no step is in it, so that curves show the policy and not the draw.</param>
/// <param name="sink">Is told of the progress.</param>
internal sealed class HeldOutMeasurement(
    ISampler sampler,
    PromptEncoder prompts,
    double largestUnscoredShare,
    string what,
    IReadOnlyList<Problem> problems,
    SampleSeed seed,
    IMetricSink sink)
{
    /// <summary>The problems, in the order of the answers.</summary>
    public IReadOnlyList<Problem> Problems => problems;

    /// <summary>Samples answers, and takes the most likely one for each problem.</summary>
    /// <param name="judges">Score the samples; a part of them may be metrics only.</param>
    /// <param name="greedyJudges">Score the most likely answers.</param>
    /// <param name="samples">Sampled answers per problem.</param>
    /// <param name="sampling">How samples are drawn.</param>
    /// <param name="cancel">Stops between tokens, and while rewards are computed.</param>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    /// <exception cref="TrainingException">The rewards give too few scores; it is thrown as soon as that is clear.</exception>
    public (EvaluationResult Sampled, EvaluationResult Greedy) Measure(
        RewardSet judges, RewardSet greedyJudges, int samples, EvaluationSampling sampling, CancellationToken cancel) =>
        (Answer(judges, samples, sampling, done: 0, cancel),
            Answer(greedyJudges, samples: 1, sampling with { Temperature = 0 }, done: problems.Count, cancel));

    private EvaluationResult Answer(RewardSet judges, int samples, EvaluationSampling draw, int done, CancellationToken cancel)
    {
        using var watch = new ScoreWatch(judges, what, problems.Count * samples, cancel);
        try
        {
            var result = new HeldOutEvaluation(sampler, prompts, judges, watch.Hear).Measure(
                problems, samples, draw, seed, count => sink.Progress(RunPhase.Evaluation, done + count, 2 * problems.Count), watch.Token);
            new ScoreLimits(judges, largestUnscoredShare).Require(what, [.. result.Answers.Select(answer => answer.Score)]);
            return result;
        }
        catch (OperationCanceledException) when (watch.Failure is not null)
        {
            throw watch.Failure;
        }
    }
}
