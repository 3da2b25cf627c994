using Cohort.Data;

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
        var lines = CommandLine.Succeed("tasks", "sort", "--size", "2", "--count", "500").Output;

        Assert.Equal(100, lines.Count(character => character == '\n'));
    }
}
