using Cohort.Data;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Evaluation;

/// <summary>One held-out problem's answer and what it was worth.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Completion">The first sample.</param>
/// <param name="Score">Its score, or none.</param>
public sealed record Answer(Problem Problem, Completion Completion, Score Score)
{
    /// <summary>Whether the answer passes: part "correct" is at least 1, or where a reward has no such part, the total is.</summary>
    public bool Passes => Score is Scored scored && (scored.Parts.TryGetValue("correct", out var correct) ? correct : scored.Total) >= 1;
}

/// <summary>Answers to held-out problems, in the problems' order.</summary>
/// <param name="Answers">One answer per problem.</param>
public sealed record EvaluationResult(IReadOnlyList<Answer> Answers)
{
    /// <summary>pass@1: the share of scored answers that pass; NaN where none was scored.</summary>
    public double PassRate => Mean(answer => answer.Passes ? 1 : 0);

    /// <summary>Mean total score of scored answers.</summary>
    public double ScoreMean => Mean(answer => ((Scored)answer.Score).Total);

    /// <summary>Mean length of the completions, in tokens.</summary>
    public double LengthMean => Answers.Count == 0 ? double.NaN : Answers.Average(answer => answer.Completion.ResponseTokens.Count);

    /// <summary>Answers without a score: they are in no mean.</summary>
    public int Unscored => Answers.Count(answer => answer.Score is Unscored);

    private double Mean(Func<Answer, double> value)
    {
        var scored = Answers.Where(answer => answer.Score is Scored).ToArray();
        return scored.Length == 0 ? double.NaN : scored.Average(value);
    }
}

/// <summary>Measures a policy on problems that it was not trained on: one sample or the greedy answer per problem.</summary>
/// <param name="sampler">Samples from the policy.</param>
/// <param name="tokenizer">The policy's tokenizer.</param>
/// <param name="reward">Scores answers.</param>
/// <param name="deadline">Time for one call of the reward.</param>
public sealed class HeldOutEvaluation(ISampler sampler, Tokenizer tokenizer, IRewardFunction reward, TimeSpan deadline)
{
    private const int Portion = 512;

    /// <summary>Answers and scores every problem.</summary>
    /// <param name="problems">Held-out problems.</param>
    /// <param name="sampling">How to draw; <see cref="EvaluationSampling.Greedy"/> for greedy answers.</param>
    /// <param name="seed">Where random numbers come from; a problem's depend on its index alone.</param>
    /// <param name="progress">Takes the number of problems done.</param>
    /// <param name="cancel">Stops between tokens.</param>
    public EvaluationResult Measure(
        IReadOnlyList<Problem> problems, EvaluationSampling sampling, SampleSeed seed, Action<int> progress, CancellationToken cancel)
    {
        using var queue = new RewardQueue(reward, deadline, TimeProvider.System);
        var completions = new Completion[problems.Count];
        var done = 0;
        sampler.Sample(
            problems.Select(problem => tokenizer.Encode(problem.Prompt)).ToArray(),
            samplesPerPrompt: 1,
            sampling,
            seed,
            group =>
            {
                completions[group.PromptIndex] = group.Completions[0];
                queue.Add(problems[group.PromptIndex], group.Completions, cancel);
                if (++done % Portion == 0 || done == problems.Count)
                {
                    progress(done);
                }
            },
            cancel);
        var scores = queue.Complete();
        return new EvaluationResult(problems.Select((problem, i) => new Answer(problem, completions[i], scores[i])).ToArray());
    }
}
