using Cohort.Data;
using Cohort.Parsing;
using Cohort.Rewards;
using Cohort.Tests.Parsing;

namespace Cohort.Tests.Rewards;

public sealed class JsonSchemaRewardTests
{
    private static readonly Problem Any = new("3", "p", "r");
    private static readonly JsonSchemaReward Reward = new(JsonSchema.Read("""
        {"type": "object", "required": ["answer"], "properties": {"answer": {"type": "integer", "minimum": 5}}, "additionalProperties": false}
        """));

    [Theory]
    [InlineData("{\"answer\": 7}", 1, 1)]
    [InlineData("I add them.\n```json\n{\"answer\": 7}\n```\n", 1, 1)]
    [InlineData("{\"answer\": 4}", 0, 1)]
    [InlineData("```json\n{\"answer\": 7}\n```\n```json\n{\"answer\": 4}\n```", 0, 1)]
    [InlineData("{\"answer\": 7, \"answer\": 7}", 0, 0)]
    [InlineData("The answer is {\"answer\": 7}.", 0, 0)]
    [InlineData("", 0, 0)]
    public void Json_that_satisfies_the_schema_scores(string answer, double correct, double format)
    {
        var score = Assert.IsType<Scored>(Reward.Judge(Any, answer));
        Assert.Equal((correct, correct, format), (score.Total, score.Parts["correct"], score.Parts["format"]));
    }

    [Fact]
    public void What_cannot_be_decided_has_no_score()
    {
        var reward = new JsonSchemaReward(JsonSchema.Read("{\"oneOf\": [{\"items\": {\"$ref\": \"#\"}}, {\"minItems\": 2}, {\"items\": {\"$ref\": \"#\"}}]}"));
        Assert.Equal(
            Score.None("the schema takes more than 2000000 steps, 400 levels or 0.5 s of patterns for an answer to problem 3"),
            reward.Judge(Any, new string('[', 50) + new string(']', 50)));
    }

    [Fact]
    public void Hostile_answers_score_0()
    {
        foreach (var answer in HostileText.All)
        {
            Assert.Equal(0, Assert.IsType<Scored>(Reward.Judge(Any, answer)).Total);
            Assert.Equal(0, Assert.IsType<Scored>(Reward.Judge(Any, $"```json\n{answer}\n```")).Total);
        }
    }
}
