using Cohort.Data;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Tensors;

namespace Cohort.Evaluation;

/// <summary>Measures a policy on problems that it was not trained on: samples or the greedy answer per problem.</summary>
/// <param name="sampler">Samples from the policy.</param>
/// <param name="prompts">Writes the problems for the policy.</param>
/// <param name="rewards">Score answers.</param>
/// <param name="heard">Takes each verdict as it comes, as <see cref="RewardQueue"/> gives it; null where nobody listens.</param>
public sealed class HeldOutEvaluation(ISampler sampler, PromptEncoder prompts, RewardSet rewards, Action<Verdict>? heard = null)
{
    private const int Portion = 64;

    /// <summary>Answers and scores every problem once.</summary>
    /// <inheritdoc cref="Measure(IReadOnlyList{Problem}, int, EvaluationSampling, SampleSeed, Action{int}, CancellationToken)"/>
    public EvaluationResult Measure(
        IReadOnlyList<Problem> problems, EvaluationSampling sampling, SampleSeed seed, Action<int> progress, CancellationToken cancel) =>
        Measure(problems, samplesPerProblem: 1, sampling, seed, progress, cancel);

    /// <summary>Answers and scores every problem several times.</summary>
    /// <param name="problems">Held-out problems.</param>
    /// <param name="samplesPerProblem">K, at least 1.</param>
    /// <param name="sampling">How to draw; <see cref="EvaluationSampling.Greedy"/> for greedy answers.</param>
    /// <param name="seed">Where random numbers come from; a problem's depend on its index alone.</param>
    /// <param name="progress">Takes the number of problems done.</param>
    /// <param name="cancel">Stops between tokens.</param>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    /// <exception cref="ArgumentException">A prompt does not fit the context with the new tokens.</exception>
    public EvaluationResult Measure(
        IReadOnlyList<Problem> problems,
        int samplesPerProblem,
        EvaluationSampling sampling,
        SampleSeed seed,
        Action<int> progress,
        CancellationToken cancel)
    {
        using var queue = new RewardQueue(rewards, TimeProvider.System, heard);
        var groups = new CompletionGroup[problems.Count];
        var done = 0;
        sampler.Sample(
            problems.Select(prompts.Encode).ToArray(),
            samplesPerProblem,
            sampling,
            seed,
            group =>
            {
                groups[group.PromptIndex] = group;
                queue.Add(problems[group.PromptIndex], group.Completions, cancel);
                if (++done % Portion == 0 || done == problems.Count)
                {
                    progress(done);
                }
            },
            cancel);
        var scores = queue.Complete();
        return new EvaluationResult(
            groups.SelectMany(group => group.Completions)
                .Select((completion, row) => Voting(new Answer(problems[completion.PromptIndex], completion, scores[row])))
                .ToArray(),
            samplesPerProblem);

        Answer Voting(Answer answer)
        {
            var (vote, failure) = rewards.AnswerOf(answer.Completion);
            return answer with { Vote = vote, VoteFailure = failure };
        }
    }
}
