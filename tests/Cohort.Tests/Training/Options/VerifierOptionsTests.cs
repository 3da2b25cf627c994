using Cohort.Data;
using Cohort.Models;
using Cohort.Parsing;
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
    public void The_same_penalty_is_not_taken_twice()
    {
        const string Options = """{"model": {"path": "m"}, "algorithm": {"truncation": {"kind": "softOverlong"}}, "reward": {"kind": "overlong"}}""";
        Assert.Contains("the same penalty twice", Assert.Single(Assert.Throws<OptionsException>(() => RunFile.ParseRun(Options, [])).Problems));
        Assert.IsType<Overlong>(RunFile.ParseRun(Options, ["algorithm.truncation.kind=keep"]).Reward);
        const string Watched = """reward={"kind": "several", "rewards": {"right": {"kind": "exact"}, "long": {"kind": "overlong", "weight": 0}}}""";
        Assert.IsType<SeveralRewards>(RunFile.ParseRun(Options, [Watched]).Reward);
    }
}
