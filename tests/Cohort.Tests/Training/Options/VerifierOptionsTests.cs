using System.Text.Json;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Models;
using Cohort.Parsing;
using Cohort.Tests.Training.Runs;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

public sealed class VerifierOptionsTests
{
    private const string File =
        """
        {
          "model": {"path": "m"}, "data": {"path": "p.jsonl"}, "rollout": {"maxNewTokens": 100},
          "reward": {"kind": "several", "rewards": {
            "letter": {"kind": "choice", "letters": 10, "where": "answerTag"},
            "word": {"kind": "regex", "pattern": "answer: (?<x>\\w+)", "group": "x"},
            "sum": {"kind": "expression", "numbers": "nums", "target": "goal", "where": "boxed"},
            "same": {"kind": "exact", "where": "answerTag"},
            "tags": {"kind": "answerFormat", "weight": 0.1},
            "short": {"kind": "length", "target": 50, "slope": 0.001, "field": "tokens"},
            "cut": {"kind": "overlong", "buffer": 20, "penalty": 0.5}
          }}
        }
        """;

    [Fact]
    public void A_run_file_with_every_verifier_reads_back_to_equal_options()
    {
        var options = RunFile.ParseRun(File, []);
        RewardOptions[] expected =
        [
            new ChoiceMatch { Letters = 10, Where = AnswerPlace.AnswerTag },
            new RegexMatch { Pattern = "answer: (?<x>\\w+)", Group = "x" },
            new ExpressionMatch { Numbers = "nums", Target = "goal", Where = AnswerPlace.Boxed },
            new ExactMatch { Where = AnswerPlace.AnswerTag },
            new AnswerTags { Weight = 0.1 },
            new TokenLength { Target = 50, Slope = 0.001, Field = "tokens" },
            new Overlong { Buffer = 20, Penalty = 0.5 },
        ];

        Assert.Equal(expected, options.Reward.All.Select(reward => reward.Reward));
        Assert.Equal(options, RunFile.ParseRun(RunFile.Write(options), []));
    }

    [Fact]
    public void Each_kind_is_opened_as_its_reward()
    {
        var options = RunFile.ParseRun(File, []);
        var prompts = new PromptEncoder(ByteTokenizer.Of("", "", "a"));
        using var rewards = StandaloneReward.Open(options.Reward, options.Data, prompts, 100, Placement.Cpu);
        Assert.Equal(
            ["choice", "regex", "expression", "exact", "answerFormat", "length", "overlong"], rewards.Rewards.Select(reward => reward.Reward.Name));
    }

    [Theory]
    [InlineData("""{"kind": "regex"}""", "reward.pattern: The pattern is empty, which matches everything; give one, as in \"^yes\".")]
    [InlineData("""{"kind": "regex", "pattern": "a)"}""",
        "reward.pattern: The pattern is no regular expression of .NET: Invalid pattern 'a)' at offset 2. Too many )'s.")]
    [InlineData("""{"kind": "regex", "pattern": "a", "group": "x"}""",
        "reward.pattern: The pattern has no group \"x\", only 0; name one of these, or write one as in \"(?<x>...)\".")]
    [InlineData("""{"kind": "choice", "letters": 27}""", "reward.letters is 27; it must lie in [2, 26].")]
    [InlineData("""{"kind": "expression", "numbers": ""}""", "reward.numbers is empty; name the problem's field with the numbers, as in \"numbers\".")]
    [InlineData("""{"kind": "length", "slope": 0}""", "reward.slope is 0; it must lie in (0, 1000000].")]
    [InlineData("""{"kind": "overlong", "buffer": 101}""", "reward.buffer is 101 tokens, more than rollout.maxNewTokens 100; lower it.")]
    public void A_wrong_verifier_is_refused_with_one_message(string reward, string message)
    {
        var error = Assert.Throws<OptionsException>(
            () => RunFile.ParseRun($$"""{"model": {"path": "m"}, "rollout": {"maxNewTokens": 100}, "reward": {{reward}}}""", []));
        Assert.Equal([message], error.Problems);
    }

    [Fact]
    public void The_verifier_of_a_file_must_be_named()
    {
        const string Reward = """{"model": {"path": "m"}, "data": DATA, "reward": {"rewards": {"right": {"kind": "task"}}}}""";
        var ofFile = Reward.Replace("DATA", """{"path": "p.jsonl"}""");
        var error = Assert.Throws<OptionsException>(() => RunFile.ParseRun(ofFile, []));
        Assert.Equal(
            [
                "reward.rewards.right.task is missing: the problems are of a file, which does not say whose verifier they are for; set it to one of sort, "
                + "countdown, arithmetic, reverse, count, brackets, dates, equations.",
            ],
            error.Problems);

        var named = RunFile.ParseRun(ofFile, ["reward.rewards.right.task=dates"]);
        Assert.Equal(new TaskVerifier { Task = TaskName.Dates }, named.Reward.All.Single().Reward);
        var ofTask = RunFile.ParseRun(Reward.Replace("DATA", """{"task": "count"}"""), []);
        Assert.Equal(ofTask, RunFile.ParseRun(RunFile.Write(ofTask), []));
        Assert.Throws<OptionsException>(() => StandaloneReward.Parse("""{"kind": "task"}""", "--reward"));
    }

    [Theory]
    [InlineData("""{"kind": "expression"}""", "reward.numbers is \"numbers\", but problem p.jsonl:1 has no such field")]
    [InlineData("""{"kind": "expression", "numbers": "tokens", "target": "goal"}""", "reward.target is \"goal\"")]
    [InlineData("""{"kind": "length", "field": "lengths"}""", "reward.field is \"lengths\"")]
    [InlineData("""{"rewards": {"b": {"kind": "bleu", "field": "refs"}}}""", "reward.rewards.b.field is \"refs\"")]
    [InlineData("""{"kind": "rouge", "field": "refs"}""", "it has summary, tokens. Name a field of the data, or add it.")]
    public void A_field_that_no_problem_has_is_refused_before_the_run(string reward, string message)
    {
        using var folder = new TemporaryFolder();
        System.IO.File.WriteAllText(folder.File("p.jsonl"), """{"prompt": "a", "answer": "b", "tokens": 3, "summary": "c"}""" + "\n");
        var options = RunFile.ParseRun(
            $$"""{"model": {"kind": "new"}, "data": {"path": "{{folder.File("p.jsonl")}}"}, "reward": {{reward}}}""", []);

        var error = Assert.Throws<OptionsException>(() => PolicyRun.Start(folder.File("run"), options, new SilentSink()));
        Assert.Contains(message, Assert.Single(error.Problems));
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void Fields_that_the_data_have_are_no_problem()
    {
        var problem = new Problem("1", "p", "r") { Fields = new Dictionary<string, JsonElement> { ["tokens"] = JsonElement.Parse("60") } };
        Assert.Empty(new RunOptions { Reward = new TokenLength { Field = "tokens" } }.MissingFields(problem));
        Assert.Empty(new RunOptions { Reward = new BleuOverlap() }.MissingFields(problem));
        Assert.Single(new RunOptions { Evaluation = new() { Metrics = new([new("b", new BleuOverlap { Field = "x" })]) } }.MissingFields(problem));
    }

    [Fact]
    public void The_same_penalty_is_not_taken_twice()
    {
        const string Options = """{"model": {"path": "m"}, "algorithm": {"truncation": {"kind": "softOverlong"}}, "reward": {"kind": "overlong"}}""";
        Assert.Contains("the same penalty twice", Assert.Single(Assert.Throws<OptionsException>(() => RunFile.ParseRun(Options, [])).Problems));
        Assert.IsType<Overlong>(RunFile.ParseRun(Options, ["algorithm.truncation.kind=keep"]).Reward);
        const string Watched = """reward={"kind": "several", "rewards": {"right": {"kind": "exact"}, "long": {"kind": "overlong", "weight": 0}}}""";
        Assert.IsType<SeveralRewards>(RunFile.ParseRun(Options, [Watched]).Reward);
    }
}
