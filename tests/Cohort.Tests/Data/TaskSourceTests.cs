using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Tests.Data.Tasks;

namespace Cohort.Tests.Data;

public sealed class TaskSourceTests
{
    public static TheoryData<TaskName> EveryTask() => new(BundledTasks.All.Select(summary => summary.Name));

    [Theory]
    [MemberData(nameof(EveryTask))]
    public void Splits_are_disjoint_by_prompt(TaskName name)
    {
        var source = new TaskProblems(BundledTasks.Create(name), seed: 5);
        var training = Enumerable.Range(0, 2_000).Select(cursor => source.Training(cursor).Prompt).ToHashSet();
        var validation = source.HeldOut(Split.Validation, 300).Select(problem => problem.Prompt).ToHashSet();
        var test = source.HeldOut(Split.Test, 300).Select(problem => problem.Prompt).ToHashSet();

        Assert.Equal((300, 300), (validation.Count, test.Count));
        Assert.Empty(training.Intersect(validation.Concat(test)));
        Assert.Empty(validation.Intersect(test));
        Assert.True(source.IsHeldOut);
        Assert.Null(source.TrainingCount);
    }

    [Fact]
    public void A_training_problem_is_a_function_of_seed_and_cursor()
    {
        var source = new TaskProblems(new SortTask(8), seed: 5);
        var forwards = Enumerable.Range(0, 50).Select(cursor => source.Training(cursor)).ToArray();
        var backwards = Enumerable.Range(0, 50).Reverse().Select(cursor => new TaskProblems(new SortTask(8), 5).Training(cursor)).Reverse();

        Assert.Equal(forwards, backwards);
        Assert.NotEqual(forwards[0], new TaskProblems(new SortTask(8), seed: 6).Training(0));
        Assert.NotEqual(forwards[0], forwards[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Training(-1));
    }

    [Fact]
    public void Held_out_problems_are_the_same_for_every_seed_and_a_longer_list_begins_with_the_shorter()
    {
        var long_ = new TaskProblems(new SortTask(8), seed: 5).HeldOut(Split.Test, 40);
        var short_ = new TaskProblems(new SortTask(8), seed: 6).HeldOut(Split.Test, 15);

        Assert.Equal(long_.Take(15), short_);
        Assert.NotEqual("11111111=", long_[0].Prompt);
    }

    [Theory]
    [MemberData(nameof(EveryTask))]
    public void A_task_with_few_problems_gives_what_there_is(TaskName name)
    {
        var smallest = BundledTasks.All.Single(summary => summary.Name == name).SmallestSize;
        var source = new TaskProblems(BundledTasks.Create(name, smallest), seed: 5);

        Assert.NotEmpty(source.HeldOut(Split.Validation, 500));
        Assert.NotEmpty(source.HeldOut(Split.Test, 500));
    }

    [Fact]
    public void Sorting_two_digits_has_each_of_its_test_problems_once()
    {
        var expected = Enumerable.Range(0, 100).Select(number => $"{number:00}=").Where(prompt => Splits.Of(prompt) == Split.Test);
        var given = new TaskProblems(new SortTask(2), seed: 5).HeldOut(Split.Test, 500).Select(problem => problem.Prompt);

        Assert.Equal(expected.Order(), given.Order());
    }

    [Fact]
    public void Training_data_are_never_handed_out_as_held_out()
    {
        var source = new TaskProblems(new SortTask(8), seed: 5);

        Assert.Throws<ArgumentOutOfRangeException>(() => source.HeldOut(Split.Train, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.HeldOut(Split.Test, -1));
    }

    [Theory]
    [InlineData(0.0, 0, 0)]
    [InlineData(0.3, 240, 360)]
    public void Noise_is_the_share_of_wrong_demonstrations(double noise, int fewest, int most)
    {
        var task = new SortTask(8);
        var source = new TaskDemonstrations(task, seed: 5, noise);
        var wrong = Enumerable.Range(0, 1_000).Count(cursor => Total(task, source.Training(cursor)) == 0);

        Assert.InRange(wrong, fewest, most);
        Assert.All(source.HeldOut(Split.Validation, 100), pair => Assert.Equal(1, Total(task, pair)));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Noise_out_of_range_is_refused(double noise) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskDemonstrations(new SortTask(8), 5, noise));

    [Theory]
    [MemberData(nameof(EveryTask))]
    public void Demonstrations_are_of_the_training_split_and_held_out_ones_are_the_held_out_problems(TaskName name)
    {
        var task = BundledTasks.Create(name);
        var source = new TaskDemonstrations(task, seed: 5, noise: 0.5);

        Assert.All(Enumerable.Range(0, 200), cursor => Assert.Equal(Split.Train, Splits.Of(source.Training(cursor).Problem.Prompt)));
        Assert.Equal(Texts(source.Training(17)), Texts(new TaskDemonstrations(task, seed: 5, noise: 0.5).Training(17)));
        Assert.Equal(
            new TaskProblems(task, 9).HeldOut(Split.Test, 20).Select(problem => (problem.Id, problem.Prompt, problem.Reference)),
            source.HeldOut(Split.Test, 20).Select(pair => (pair.Problem.Id, pair.Problem.Prompt, pair.Problem.Reference)));
        Assert.Equal(source.HeldOut(Split.Test, 20).Select(Texts), new TaskDemonstrations(task, seed: 6).HeldOut(Split.Test, 20).Select(Texts));
    }

    private static (string Prompt, string Reference, string Completion) Texts(Demonstration pair) =>
        (pair.Problem.Prompt, pair.Problem.Reference, pair.Completion);

    private static double Total(BundledTask task, Demonstration pair) =>
        Assert.IsType<Scored>(task.Verify(pair.Problem, pair.Completion)).Total;
}
