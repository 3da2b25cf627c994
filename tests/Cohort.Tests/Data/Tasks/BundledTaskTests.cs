using System.Diagnostics;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Tensors;
using Cohort.Tests.Parsing;

namespace Cohort.Tests.Data.Tasks;

public sealed class BundledTaskTests
{
    private const int Rounds = 500;

    public static TheoryData<TaskName, int> EveryTaskAndSize()
    {
        var data = new TheoryData<TaskName, int>();
        foreach (var summary in BundledTasks.All)
        {
            for (var size = summary.SmallestSize; size <= summary.LargestSize; size++)
                data.Add(summary.Name, size);
        }

        return data;
    }

    public static TheoryData<TaskName> EveryTask() => new(BundledTasks.All.Select(summary => summary.Name));

    [Theory]
    [MemberData(nameof(EveryTaskAndSize))]
    public void Demonstrations_and_references_score_1(TaskName name, int size) => ForEachProblem(name, size, (task, problem, random) =>
    {
        AssertScore(task.Verify(problem, task.Demonstrate(problem, random)), correct: 1, format: 1);
        AssertScore(task.Verify(problem, problem.Reference), correct: 1, format: 1);
        AssertScore(task.Verify(problem, $" {problem.Reference}\n"), correct: 1, format: 1);
    });

    [Theory]
    [MemberData(nameof(EveryTaskAndSize))]
    public void Distractors_score_0_and_are_well_formed(TaskName name, int size) => ForEachProblem(name, size, (task, problem, random) =>
        AssertScore(task.Verify(problem, task.Distract(problem, random)), correct: 0, format: 1));

    [Theory]
    [MemberData(nameof(EveryTaskAndSize))]
    public void Alphabet_and_length_cover_all_answers(TaskName name, int size) => ForEachProblem(name, size, (task, problem, random) =>
    {
        foreach (var answer in new[] { problem.Reference, task.Demonstrate(problem, random), task.Distract(problem, random) })
        {
            Assert.Empty((problem.Prompt + answer).Except(task.Alphabet));
            Assert.InRange(answer.Length, 1, task.LongestAnswer);
        }
    });

    [Theory]
    [MemberData(nameof(EveryTask))]
    public void The_longest_answer_occurs(TaskName name)
    {
        var task = BundledTasks.Create(name, BundledTasks.All.Single(summary => summary.Name == name).SmallestSize);
        var longest = Enumerable.Range(0, 5_000).Max(round => task.Generate(Random(round)).Reference.Length);

        Assert.Equal(task.LongestAnswer, longest);
    }

    [Theory]
    [MemberData(nameof(EveryTask))]
    public void The_same_random_numbers_give_the_same_problem(TaskName name)
    {
        var task = BundledTasks.Create(name);

        var (problem, again) = (task.Generate(Random(7)), task.Generate(Random(7)));
        Assert.Equal((problem.Id, problem.Prompt, problem.Reference), (again.Id, again.Prompt, again.Reference));
        Assert.NotEqual(problem.Id, task.Generate(Random(8)).Id);
    }

    [Theory]
    [MemberData(nameof(EveryTask))]
    public void Hostile_answers_score_0_in_bounded_time(TaskName name)
    {
        var task = BundledTasks.Create(name);
        var problem = task.Generate(Random(3));
        var time = Stopwatch.StartNew();

        foreach (var answer in HostileText.All)
            Assert.Equal(0, Assert.IsType<Scored>(task.Verify(problem, answer)).Total);

        Assert.InRange(time.ElapsedMilliseconds, 0, 3_000);
    }

    [Fact]
    public void A_size_out_of_range_names_the_value_and_the_range()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => BundledTasks.Create(TaskName.Sort, 17));

        Assert.Contains("sort takes 2 to 16 digits, or 0 for its default of 8", error.Message);
        Assert.Contains("17", error.Message);
    }

    [Fact]
    public void Size_0_is_the_default()
    {
        Assert.Equal(8, BundledTasks.Create(TaskName.Sort).Size);
        Assert.Equal(5, BundledTasks.Create(TaskName.Sort, 5).Size);
        Assert.Equal(Enum.GetValues<TaskName>().Order(), BundledTasks.All.Select(summary => summary.Name).Order());
    }

    [Theory]
    [InlineData(TaskName.Sort, "31415926=", "11234569", "99999999", "1123456")]
    [InlineData(TaskName.Reverse, "drawer:", "reward", "drawer", "rewards")]
    [InlineData(TaskName.Count, "banana,a:", "3", "2", "aaa")]
    [InlineData(TaskName.Arithmetic, "12-34=", "-22", "22", "22.0")]
    [InlineData(TaskName.Brackets, "([]{<:", ">})", "})>", ">}")]
    [InlineData(TaskName.Dates, "2024-02-27+3=", "2024-03-01", "2024-02-29", "2024-02-30")]
    [InlineData(TaskName.Equations, "3*x-7=-22,x=", "-5", "5", "-15/3")]
    public void Problems_of_a_users_file_are_verified(TaskName name, string prompt, string right, string wrong, string malformed)
    {
        var task = BundledTasks.Create(name);
        var problem = new Problem("users:1", prompt, right);

        AssertScore(task.Verify(problem, right), correct: 1, format: 1);
        AssertScore(task.Verify(problem, wrong), correct: 0, format: 1);
        AssertScore(task.Verify(problem, malformed), correct: 0, format: 0);
    }

    internal static RandomSequence Random(long round) => Seeds.Sequence(11, Purpose.TrainingProblems, round, 0);

    internal static void AssertScore(Score score, double correct, double format)
    {
        var scored = Assert.IsType<Scored>(score);
        Assert.Equal(correct, scored.Total);
        Assert.Equal(correct, scored.Parts["correct"]);
        Assert.Equal(format, scored.Parts["format"]);
    }

    private static void ForEachProblem(TaskName name, int size, Action<BundledTask, Problem, RandomSequence> check)
    {
        var task = BundledTasks.Create(name, size);
        for (var round = 0; round < Rounds; round++)
        {
            var random = Random(round);
            check(task, task.Generate(random), random);
        }
    }
}
