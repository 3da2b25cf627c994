using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Rewards;
using Cohort.Tests.Data.Tasks;

namespace Cohort.Tests.Cli;

public sealed class TasksCommandTests
{
    [Fact]
    public void The_list_shows_a_problem_of_each_task()
    {
        var list = CommandLine.Succeed("tasks").Output;

        Assert.All(
            ["sort", "reverse", "count", "arithmetic", "countdown", "brackets", "dates", "equations"], task => Assert.Contains($"  {task} ", list));
        Assert.Equal(8, CommandLine.Succeed("tasks", "--json").Json.GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public void Problems_are_a_file_that_training_and_fine_tuning_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("p.jsonl"), CommandLine.Succeed("tasks", "countdown", "--count", "300", "--demonstrations").Output);

        var problems = Problems.Read(folder.File("p.jsonl"));
        var demonstrations = Demonstrations.Read(folder.File("p.jsonl"));

        Assert.Equal(300, problems.Count);
        Assert.Equal(300, problems.Select(problem => problem.Prompt).Distinct().Count());
        Assert.Equal(3, problems.Select(problem => Splits.Of(problem.Prompt)).Distinct().Count());
        Assert.All(demonstrations, demonstration => Assert.NotEqual("", demonstration.Completion));
    }

    [Fact]
    public void Countdowns_are_scored_by_the_expression_reward()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("p.jsonl"), CommandLine.Succeed("tasks", "countdown", "--count", "100").Output);

        var (task, reward) = (new CountdownTask(3), new ExpressionReward());
        Assert.All(Problems.Read(folder.File("p.jsonl")), problem =>
        {
            Assert.Equal(1, Assert.IsType<Scored>(reward.Judge(problem, problem.Reference)).Total);
            Assert.Equal(0, Assert.IsType<Scored>(reward.Judge(problem, task.Distract(problem, BundledTaskTests.Random(7)))).Total);
        });
    }

    [Theory]
    [InlineData("train", Split.Train)]
    [InlineData("validation", Split.Validation)]
    [InlineData("test", Split.Test)]
    public void A_split_is_only_that_split(string name, Split split)
    {
        var lines = CommandLine.Succeed("tasks", "sort", "--size", "4", "--count", "20", "--split", name).Output;

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("p.jsonl"), lines);
        Assert.All(Problems.Read(folder.File("p.jsonl")), problem => Assert.Equal(split, Splits.Of(problem.Prompt)));
    }

    [Fact]
    public void A_small_task_gives_what_it_has()
    {
        var small = CommandLine.Succeed("tasks", "sort", "--size", "2", "--count", "5000");

        Assert.Equal(100, small.Output.Count(character => character == '\n'));
        Assert.Contains("100 of 5,000 written: sort of 2 digits has no more problems; give a larger --size for more.", small.Error);
        Assert.Equal("", CommandLine.Succeed("tasks", "sort", "--size", "2", "--count", "100").Error);
    }
}
