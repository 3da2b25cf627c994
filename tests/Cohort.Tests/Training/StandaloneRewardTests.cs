using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class StandaloneRewardTests
{
    [Fact]
    public void Kinds_that_need_more_than_a_name_are_not_named()
    {
        string[] some = ["exact", "number", "math", "choice", "expression", "answerFormat", "length", "overlong"];
        string[] none = ["auto", "task", "regex", "program", "http", "custom", "several"];
        Assert.Empty(some.Except(StandaloneReward.Kinds));
        Assert.Empty(StandaloneReward.Kinds.Intersect(none));
    }

    [Theory]
    [InlineData("number", "number")]
    [InlineData("""{"kind": "number"}""", "number")]
    [InlineData("""{"kind":"number","where":"boxed"}""", """{"kind":"number","where":"boxed"}""")]
    [InlineData("""{"letters": 5}""", """{"kind":"choice","letters":5}""")]
    [InlineData("""{"kind":"auto"}""", """{"kind":"auto"}""")]
    [InlineData("""{"kind":"regex","pattern":"it's (?<x>\\w+)","group":"x"}""",
        """{"kind":"regex","pattern":"it\u0027s (?\u003Cx\u003E\\w\u002B)","group":"x"}""")]
    public void A_reward_is_written_with_what_differs_from_its_defaults(string text, string expected)
    {
        var reward = StandaloneReward.Parse(text, "--reward");
        Assert.Equal(expected, StandaloneReward.Write(reward));
        Assert.Equal(reward, StandaloneReward.Parse(expected, "--reward"));
    }

    [Fact]
    public void Every_kind_that_its_name_says_reads_back_from_its_name() =>
        Assert.All(StandaloneReward.Kinds, kind => Assert.Equal(kind, StandaloneReward.Write(StandaloneReward.Parse(kind, "--reward"))));

    [Fact]
    public void Relative_paths_are_of_the_current_folder()
    {
        var reward = (ProgramScorer)StandaloneReward.Parse("""{"kind": "program", "command": ["score"], "folder": "mine"}""", "--reward");
        Assert.Equal(Path.GetFullPath("mine"), reward.Folder);
    }

    [Theory]
    [InlineData("regex", "--reward: reward.pattern: The pattern is empty, which matches everything; give one, as in \"^yes\".")]
    [InlineData("""{"kind": "number", "where": "bxed"}""",
        "--reward: reward.where is \"bxed\"; it must be \"any\", \"boxed\", \"hash\", \"last\" or \"answerTag\"; did you mean \"boxed\"?")]
    [InlineData("""{"kind": "number", "weight": 0}""", "--reward: reward.weight is 0, but a single reward must count; ")]
    [InlineData("{", "--reward: line 1")]
    [InlineData("judgement", "--reward: reward.kind is \"judgement\"; it must be ")]
    public void What_is_wrong_is_said(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<OptionsException>(() => StandaloneReward.Parse(text, "--reward")).Message);
}
