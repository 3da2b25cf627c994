using Cohort.Data;
using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class EvaluationResultTests
{
    // Three problems with three answers each: 2 of 3 right, 0 of 2 (one without score), 1 of 3.
    private static readonly EvaluationResult Result = new(
        [.. new double?[] { 1, 1, 0, 0, null, 0, 0, 0, 1 }.Select((score, row) => Answer(row, score))], SamplesPerProblem: 3);

    [Fact]
    public void Rates_are_of_scored_answers()
    {
        Assert.Equal(3.0 / 8, Result.PassRate, 1e-12);
        Assert.Equal(1, Result.Unscored);
        Assert.Equal([2.0 / 3, 0, 1.0 / 3], Result.Outcomes);
    }

    [Fact]
    public void Pass_at_k_is_the_mean_over_problems_that_have_k_scored_answers()
    {
        // k = 2: 1 - C(1,2)/C(3,2) = 1; 0; 1 - C(2,2)/C(3,2) = 2/3. k = 3: the second problem has only two scored answers.
        Assert.Equal((1 + 0 + (2.0 / 3)) / 3, Result.PassAt(2), 1e-12);
        Assert.Equal(1, Result.PassAt(3), 1e-12);
    }

    // The votes of the first problem are 4 4 5, of the second (whose second answer has no score) 6 and 7, of the third 8 8 4.
    [Fact]
    public void Majorities_are_of_scored_answers()
    {
        string[] votes = ["4", "4", "5", "6", "4", "7", "8", "8", "4"];
        var result = Result with { Answers = [.. Result.Answers.Zip(votes, (answer, vote) => answer with { Vote = vote })] };

        Assert.Equal([1, 0, 0], result.Majorities);
        Assert.Equal(1 / 3.0, result.MajorityRate, 1e-12);
        Assert.Equal(ProportionInterval.OfClusters([1, 0, 0], trials: 1), result.MajorityInterval);

        var late = result.Answers.Skip(6).Select(answer => answer with { Score = Score.None("late") });
        var unscored = result with { Answers = [.. result.Answers.Take(6), .. late] };
        Assert.Equal([1, 0, double.NaN], unscored.Majorities);
        Assert.Equal(1 / 2.0, unscored.MajorityRate, 1e-12);
    }

    [Fact]
    public void The_interval_of_several_answers_is_that_of_clusters()
    {
        var interval = Result.PassInterval;

        Assert.Equal(ProportionInterval.OfClusters([2.0 / 3, 0, 1.0 / 3], trials: 3), interval);
    }

    [Fact]
    public void The_interval_of_single_answers_is_exact()
    {
        var single = new EvaluationResult([Answer(0, 1), Answer(1, 0), Answer(2, null), Answer(3, 1)], SamplesPerProblem: 1);

        Assert.Equal(ProportionInterval.Of(2, 3), single.PassInterval);
    }

    [Fact]
    public void Reasons_for_no_score_are_counted_the_commonest_first()
    {
        string[] reasons = ["late", "status 500", "status 500", "late", "odd", "late"];
        var none = reasons.Select((reason, row) => Answer(row, null) with { Score = Score.None(reason) });

        Assert.Equal([("late", 3), ("status 500", 2), ("odd", 1)], new EvaluationResult([Answer(0, 1), .. none], SamplesPerProblem: 1).UnscoredReasons);
    }

    private static Answer Answer(int row, double? score) => new(
        new Problem($"p{row / 3}", "2+2=", "4"),
        new Completion(row / 3, row % 3, [1], [2], [-0.5f], FinishReason.Stop, "4"),
        score is { } total ? Score.Of(total) : Score.None("no reason"));
}
