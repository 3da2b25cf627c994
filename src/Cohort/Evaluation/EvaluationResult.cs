using Cohort.Data;

namespace Cohort.Evaluation;

/// <summary>One answer to a held-out problem and what it was worth.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Completion">The answer.</param>
/// <param name="Score">Its score, or none.</param>
public sealed record Answer(Problem Problem, Completion Completion, Score Score)
{
    /// <summary>What it votes for among the answers to its problem, as <see cref="Rewards.RewardSet.AnswerOf"/> gives it; empty for nothing.</summary>
    public string Vote { get; init; } = "";

    /// <summary>Why it votes for nothing, where the reward failed to read its answer; empty where it did not.</summary>
    public string VoteFailure { get; init; } = "";

    /// <summary>Whether the answer passes: part "correct" is at least 1, or where a reward has no such part, the total is.</summary>
    public bool Passes => Score is Scored { Passes: true };
}

/// <summary>Answers to held-out problems, in the problems' order; the answers to one problem are adjacent.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="SamplesPerProblem">K, answers per problem.</param>
public sealed record EvaluationResult(IReadOnlyList<Answer> Answers, int SamplesPerProblem)
{
    /// <summary>pass@1: the share of scored answers that pass; NaN where none was scored.</summary>
    public double PassRate => Mean(answer => answer.Passes ? 1 : 0);

    /// <summary>
    /// pass@1 with its 95 % interval: exact for one answer per problem; for several, that of clustered trials, since answers to one problem are not
    /// independent.
    /// </summary>
    public Interval PassInterval => SamplesPerProblem == 1
        ? ProportionInterval.Of(Answers.Count(answer => answer.Passes), Answers.Count - Unscored)
        : ProportionInterval.OfClusters([.. Outcomes.Where(double.IsFinite)], SamplesPerProblem);

    /// <summary>Per problem, the share of its scored answers that pass: 0 or 1 for a single answer; NaN where none was scored.</summary>
    public IReadOnlyList<double> Outcomes => Answers.Chunk(SamplesPerProblem)
        .Select(group => new EvaluationResult(group, SamplesPerProblem).PassRate)
        .ToArray();

    /// <summary>pass@k: the mean over problems of the unbiased estimate; problems with fewer than k scored answers are left out.</summary>
    /// <param name="k">In [1, K].</param>
    public double PassAt(int k) => Answers.Chunk(SamplesPerProblem)
        .Select(group => group.Where(answer => answer.Score is Scored).ToArray())
        .Where(group => group.Length >= k)
        .Select(group => PassAtK.Of(group.Length, group.Count(answer => answer.Passes), k))
        .DefaultIfEmpty(double.NaN)
        .Average();

    /// <summary>Per problem, whether the commonest of its scored answers passes, as <see cref="MajorityVote"/> says; NaN where none was scored.</summary>
    public IReadOnlyList<double> Majorities => Answers.Chunk(SamplesPerProblem)
        .Select(group => MajorityVote.Of([.. group.Where(answer => answer.Score is Scored).Select(answer => (answer.Vote, answer.Passes))]))
        .ToArray();

    /// <summary>maj@K: the mean of <see cref="Majorities"/> over the problems with a scored answer; NaN where there is none.</summary>
    public double MajorityRate => Majorities.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>maj@K with its 95 % interval over the problems, that of clusters: among equally common answers a problem counts in part.</summary>
    public Interval MajorityInterval => ProportionInterval.OfClusters([.. Majorities.Where(double.IsFinite)], trials: 1);

    /// <summary>Mean total score of scored answers.</summary>
    public double ScoreMean => Mean(answer => ((Scored)answer.Score).Total);

    /// <summary>Mean length of the answers, in tokens.</summary>
    public double LengthMean => Answers.Count == 0 ? double.NaN : Answers.Average(answer => answer.Completion.ResponseTokens.Count);

    /// <summary>Answers without a score: they are in no mean.</summary>
    public int Unscored => Answers.Count(answer => answer.Score is Unscored);

    /// <summary>Why answers have no score, with how many each: the commonest first.</summary>
    public IReadOnlyList<(string Reason, int Count)> UnscoredReasons =>
    [
        .. Answers.Select(answer => answer.Score).OfType<Unscored>().CountBy(none => none.Reason)
            .OrderByDescending(reason => reason.Value).Select(reason => (reason.Key, reason.Value)),
    ];

    private double Mean(Func<Answer, double> value)
    {
        var scored = Answers.Where(answer => answer.Score is Scored).ToArray();
        return scored.Length == 0 ? double.NaN : scored.Average(value);
    }
}
