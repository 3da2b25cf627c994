using System.Globalization;
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
        Assert.Matches(@"majority of 2 +\d+\.\d % +\d+\.\d – \d+\.\d %", line.Output);
        var answers = File.ReadLines(tiny.File("answers.jsonl")).Select(answer => JsonDocument.Parse(answer).RootElement).ToArray();
        Assert.Equal(9, answers.Length); // two sampled and one greedy for each of three
        Assert.Equal(["greedy", "sampled"], answers.Select(answer => answer.GetProperty("kind").GetString()!).Distinct().Order());
    }

    [Fact]
    public void A_table_with_columns_of_other_names_is_read_and_its_bad_lines_skipped()
    {
        var path = tiny.File("asked.csv");
        File.WriteAllText(path, "key,ask,gold\na,2+2=,4\nb,3+4=\nc,1+8=,9\n");
        string[] evaluate = ["evaluate", "--model", tiny.Model, "--problems", path, "--split", "all", "--max-tokens", "3"];
        string[] fields = ["--field", "prompt=ask", "--field", "answer=gold", "--field", "id=key"];

        var line = CommandLine.Succeed([.. evaluate, .. fields, "--skip-bad-lines", "--out", tiny.File("asked.jsonl")]);

        Assert.Contains("2 problems (not split) of asked.csv", line.Output);
        Assert.Contains("bad lines skipped: 1; 2 rows are left.", line.Error);
        Assert.Contains("\"a\"", File.ReadAllText(tiny.File("asked.jsonl")));
        Assert.Contains("line 3: 2 cells, but the first line names 3 columns", CommandLine.Run([.. evaluate, .. fields]).Error);
        Assert.Contains("--field promt=ask is not known; write prompt=NAME", CommandLine.Run([.. evaluate, "--field", "promt=ask"]).Error);
    }

    [Theory]
    [InlineData("--task", "sort", "--problems", "--field", "prompt=ask")]
    [InlineData("--task", "sort", "--problems", "--reward", "number")]
    [InlineData("--task", "sort", "--problems", "--skip-bad-lines")]
    [InlineData("--problems", "problems.jsonl", "--task", "--size", "4")]
    public void An_option_that_would_not_be_heard_is_refused_by_name(string from, string name, string other, params string[] option) =>
        CommandLine.Refuse(
            ["evaluate", "--model", tiny.Model, from, name, .. option],
            $"{option[0]} goes with {other}, and says nothing of {from}; leave it out.");

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
    public void Where_nothing_is_scored_it_fails_and_says_why()
    {
        string[] evaluate =
        [
            "evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--max-tokens", "3", "--reward",
            """{"kind": "http", "url": "http://127.0.0.1:9/"}""",
        ];

        var line = CommandLine.Run(evaluate);
        Assert.Equal(1, line.Code);
        Assert.Contains("6 of 6 answers without score: http: Connection refused", line.Output);
        Assert.Contains("error: No answer has a score; the commonest reason: http: Connection refused", line.Error);
        var json = CommandLine.Run([.. evaluate, "--json"]);
        Assert.Equal(1, json.Code);
        var reason = Assert.Single(json.Json.GetProperty("greedy").GetProperty("unscored_reasons").EnumerateArray());
        Assert.StartsWith("http: Connection refused", reason.GetProperty("reason").GetString());
        Assert.Equal(3, reason.GetProperty("count").GetInt32());
    }

    [Fact]
    public void Where_some_are_scored_it_succeeds_and_says_why_others_are_not()
    {
        // The plus sign of the prompt 2+2= comes as \u002B.
        File.WriteAllText(tiny.File("some.sh"), """
            while read -r line; do
              id=${line#*:?}; id=${id%%,*}; id=${id%?}
              case "$line" in *B2=*) echo "{\"id\":\"$id\",\"score\":1}";; *) echo "{\"id\":\"$id\",\"error\":\"too odd\"}";; esac
            done
            """);
        var folder = Path.GetDirectoryName(tiny.File("some.sh"))!;

        var line = CommandLine.Succeed(
            "evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--split", "all", "--max-tokens", "3", "--reward",
            $$"""{"kind": "program", "command": ["sh", "some.sh"], "folder": "{{folder}}"}""");

        Assert.Contains("4 of 6 answers without score: it said: too odd", line.Output);
    }

    [Theory]
    [InlineData("""{"kind": "program", "command": ["./no-such-program"]}""", "The reward's program ./no-such-program cannot be started")]
    [InlineData("""{"kind": "http", "url": "http://127.0.0.1:9/", "tokenVariable": "COHORT_NO_SUCH_TOKEN"}""", "there is no such environment variable")]
    public void A_reward_that_cannot_be_opened_is_refused(string reward, string message) =>
        CommandLine.Refuse(["evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--reward", reward], message);

    [Fact]
    public void The_mean_score_stands_beside_the_share_that_passes()
    {
        const string Length = """{"kind": "length", "target": 9, "slope": 0.25}""";
        string[] evaluate = ["evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--reward", Length, "--max-tokens", "3"];
        var score = CommandLine.Succeed([.. evaluate, "--json"]).Json.GetProperty("greedy").GetProperty("score_mean").GetDouble();
        var lines = CommandLine.Succeed(evaluate).Output.Split('\n');

        Assert.Matches("answer +pass@1 +95 % interval +score +mean tokens +without score", Assert.Single(lines, line => line.Contains("pass@1")));
        Assert.Matches(string.Create(CultureInfo.InvariantCulture, $"greedy +0.0 % .* {score:0.000} "), Assert.Single(lines, line => line.Contains("greedy")));
        Assert.True(score < 0);
    }

    [Fact]
    public void Problems_that_do_not_fit_the_context_are_refused_or_left_out()
    {
        File.WriteAllText(tiny.File("long.jsonl"), $$"""
            {"prompt": "2+2=", "answer": "4"}
            {"id": "long", "prompt": "{{new string('2', 29)}}=", "answer": "4"}
            """);
        string[] evaluate = ["evaluate", "--model", tiny.Model, "--problems", tiny.File("long.jsonl"), "--max-tokens", "3"];

        CommandLine.Refuse(evaluate, "Problem 'long' has a prompt of 30 tokens, which with answers of up to 3 does not fit the model's context of 32; 1 of 2 do not.");
        var line = CommandLine.Succeed([.. evaluate, "--long-prompts", "drop"]);
        Assert.Contains("1 problems (not split) of long.jsonl (1 left out, as they do not fit the context)", line.Output);
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
