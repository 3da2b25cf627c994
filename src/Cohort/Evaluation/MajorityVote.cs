namespace Cohort.Evaluation;

/// <summary>maj@k: whether the answer that most of k samples give passes (self-consistency, arXiv:2203.11171; maj1@k in arXiv:2206.14858).</summary>
public static class MajorityVote
{
    /// <summary>The share of the commonest answer's samples that pass: 0 or 1 where a verdict follows from the answer.</summary>
    /// <param name="votes">
    /// Per sample its answer, as <see cref="Rewards.IReward.AnswerOf"/> gives it, and whether it passes. A sample without an answer, "", does not vote,
    /// unless none has one.
    /// </param>
    /// <returns>Among equally common answers the mean, as one of them drawn at random has in expectation; NaN without samples.</returns>
    public static double Of(IReadOnlyCollection<(string Answer, bool Passes)> votes)
    {
        var cast = votes.Where(vote => vote.Answer != "").ToArray();
        var answers = (cast.Length == 0 ? votes : cast)
            .GroupBy(vote => vote.Answer, StringComparer.Ordinal)
            .Select(same => (Count: same.Count(), Passes: same.Average(vote => vote.Passes ? 1.0 : 0.0)))
            .ToArray();
        var most = answers.Select(answer => answer.Count).DefaultIfEmpty().Max();
        return answers.Where(answer => answer.Count == most).Select(answer => answer.Passes).DefaultIfEmpty(double.NaN).Average();
    }
}
