using Cohort.Data;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class CurriculumTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_curriculum_problems_come_by_their_numbers()
    {
        var source = ListSource.Of(Numbered(40), seed: 3);
        var curriculum = new Curriculum(source, new CurriculumOptions(), seed: 3);
        curriculum.Note(Enumerable.Range(0, 32).Select(i => Group(source.Training(i), 1, 1)));
        long cursor = 5;

        Assert.Equal(Enumerable.Range(5, 7).Select(i => source.Training(i)), curriculum.Take(ref cursor, 7));
        Assert.Equal(12, cursor);
    }

    [Fact]
    public void Settled_problems_come_as_often_as_they_are_not_left_out_and_the_others_always()
    {
        var problems = Numbered(10);
        var source = ListSource.Of(problems, seed: 3);
        var curriculum = new Curriculum(source, new CurriculumOptions { LeaveOut = 0.75 }, seed: 3);
        var settled = problems.Take(5).Select(problem => problem.Id).ToHashSet();
        curriculum.Note(problems.Select(problem => settled.Contains(problem.Id) ? Group(problem, 0, 0) : Group(problem, 0, 1)));
        long cursor = 0;
        var taken = curriculum.Take(ref cursor, 5000);

        // Of 10 candidates 5 settled ones stay with probability 1/4: 1.25 of 6.25, which is a fifth.
        Assert.InRange(taken.Count(problem => settled.Contains(problem.Id)) / 5000.0, 0.18, 0.22);
        Assert.InRange(cursor, 5000 * 10 / 6.25 * 0.97, 5000 * 10 / 6.25 * 1.03);
        Assert.Equal(5, curriculum.Settled);
    }

    [Fact]
    public void A_problem_is_settled_after_so_many_times_in_a_row_and_no_longer_once_its_answers_differ()
    {
        var problem = Numbered(1)[0];
        var curriculum = new Curriculum(ListSource.Of([problem], seed: 3), new CurriculumOptions { LeaveOut = 0.5, After = 2 }, seed: 3);
        curriculum.Note([Group(problem, 1, 1)]);
        Assert.Equal(0, curriculum.Settled);
        curriculum.Note([new ScoredGroup(problem, [], [Score.None("asleep")])]);
        curriculum.Note([Group(problem, 0, 0)]);
        Assert.Equal(1, curriculum.Settled);
        curriculum.Note([Group(problem, 1, 0)]);
        Assert.Equal(0, curriculum.Settled);
    }

    [Fact]
    public void A_problem_whose_scores_differ_is_not_settled_though_none_of_its_answers_passes()
    {
        var problem = Numbered(1)[0];
        var curriculum = new Curriculum(ListSource.Of([problem], seed: 3), new CurriculumOptions { LeaveOut = 0.5 }, seed: 3);
        curriculum.Note([new ScoredGroup(problem, [], [Score.Of(0.31), Score.Of(0.32), Score.None("asleep")])]);
        Assert.Equal(0, curriculum.Settled);
        curriculum.Note([new ScoredGroup(problem, [], [Score.Of(0.31), Score.Of(0.31), Score.None("asleep")])]);
        Assert.Equal(1, curriculum.Settled);
    }

    [Fact]
    public void Where_every_problem_is_settled_some_are_taken_all_the_same()
    {
        var problems = Numbered(3);
        var curriculum = new Curriculum(ListSource.Of(problems, seed: 3), new CurriculumOptions { LeaveOut = 0.999999 }, seed: 3);
        curriculum.Note(problems.Select(problem => Group(problem, 1, 1)));
        long cursor = 0;

        Assert.Equal(4, curriculum.Take(ref cursor, 4).Length);
    }

    [Fact]
    public void What_is_saved_leaves_out_the_same_problems()
    {
        var problems = Numbered(10);
        var source = ListSource.Of(problems, seed: 3);
        var options = new CurriculumOptions { LeaveOut = 0.5 };
        var first = new Curriculum(source, options, seed: 3);
        first.Note(problems.Select((problem, i) => Group(problem, i % 2, 0)));
        first.Save(_folder.Path);
        var second = new Curriculum(source, options, seed: 3);
        second.Load(_folder.Path);
        var (one, other) = (0L, 0L);

        Assert.Equal(first.Take(ref one, 100), second.Take(ref other, 100));
        Assert.Equal(one, other);
    }

    private static Problem[] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => new Problem($"p{i}", $"{i}=", $"{i}"))];

    private static ScoredGroup Group(Problem problem, params int[] scores) => new(problem, [], [.. scores.Select(score => Score.Of(score))]);
}
