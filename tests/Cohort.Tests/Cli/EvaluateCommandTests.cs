using System.Text.Json;

namespace Cohort.Tests.Cli;

public sealed class EvaluateCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void It_prints_rates_with_intervals_and_writes_every_answer()
    {
        var line = CommandLine.Succeed(
            "evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--split", "all", "--samples", "2", "--max-tokens", "3",
            "--out", tiny.File("answers.jsonl"));

        Assert.Contains("3 problems (not split) of problems.jsonl", line.Output);
        Assert.Contains("best of 2", line.Output);
        var answers = File.ReadLines(tiny.File("answers.jsonl")).Select(answer => JsonDocument.Parse(answer).RootElement).ToArray();
        Assert.Equal(9, answers.Length); // two sampled and one greedy for each of three
        Assert.Equal(["greedy", "sampled"], answers.Select(answer => answer.GetProperty("kind").GetString()!).Distinct().Order());
    }

    [Fact]
    public void Json_has_both_rates()
    {
        var json = CommandLine.Succeed(
            "evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--reward", "number", "--max-tokens", "3", "--json").Json;

        Assert.Equal(3, json.GetProperty("problems").GetInt32());
        Assert.InRange(json.GetProperty("greedy").GetProperty("pass_at_1").GetDouble(), 0, 1);
        Assert.True(json.GetProperty("sampled").GetProperty("high").GetDouble() > 0.4);
    }

    [Theory]
    [InlineData("""{"kind": "regex", "pattern": "(?s).*"}""", 1)]
    [InlineData("""{"kind": "regex", "pattern": "no such text"}""", 0)]
    [InlineData("""{"kind": "several", "rewards": {"any": {"kind": "regex", "pattern": "(?s).*"}, "format": {"kind": "answerFormat"}}}""", 1)]
    [InlineData("answerFormat", 0)]
    public void Any_reward_of_a_run_file_scores_answers(string reward, double expected)
    {
        var json = CommandLine.Succeed(
            "evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--reward", reward, "--max-tokens", "3", "--json").Json;

        Assert.Equal(expected, json.GetProperty("greedy").GetProperty("pass_at_1").GetDouble());
    }

    [Fact]
    public void The_same_seed_gives_the_same_answers()
    {
        string[] generate = ["generate", "--model", tiny.Model, "--prompt", "2+2=", "--samples", "3", "--max-tokens", "6", "--json"];

        var first = CommandLine.Succeed([.. generate, "--seed", "3"]);

        Assert.Equal(first.Output, CommandLine.Succeed([.. generate, "--seed", "3"]).Output);
        Assert.NotEqual(first.Output, CommandLine.Succeed([.. generate, "--seed", "4"]).Output);
        Assert.Equal(3, first.Json.GetProperty("completions").GetArrayLength());
    }

    [Fact]
    public void Greedy_answers_are_all_alike()
    {
        var lines = CommandLine.Succeed("generate", "--model", tiny.Model, "--prompt", "2+2=", "--samples", "2", "--greedy")
            .Output.Split('\n');

        Assert.Equal(lines[0], lines[1]);
    }
}
