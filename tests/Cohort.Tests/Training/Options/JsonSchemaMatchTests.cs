using System.Text.Json.Nodes;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

public sealed class JsonSchemaMatchTests
{
    private const string Model = "model.path=/models/tiny";
    private static readonly Problem Any = new("1", "p", "r");

    [Fact]
    public void A_schema_may_stand_in_the_run_file()
    {
        var options = RunFile.ReadRun("", [Model, "reward={\"kind\": \"jsonSchema\", \"schema\": {\"type\": \"integer\"}}"]);

        var match = Assert.IsType<JsonSchemaMatch>(options.Reward);
        Assert.Equal(new JsonSchemaMatch { Schema = SchemaSource.Inline(new JsonObject { ["type"] = "integer" }) }, match);
        Assert.Equal((1, 0), (Total(match, "7"), Total(match, "7.5")));
        Assert.Equal(options, RunFile.ParseRun(RunFile.Write(options), []));
    }

    [Fact]
    public void A_schema_may_stand_in_a_file_beside_the_run_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("answer.schema.json"), "{\"type\": \"string\"}");
        File.WriteAllText(folder.File("run.json"), """{"model": {"path": "m"}, "reward": {"schema": "answer.schema.json"}}""");

        var match = Assert.IsType<JsonSchemaMatch>(RunFile.ReadRun(folder.File("run.json"), []).Reward);

        Assert.Equal(folder.File("answer.schema.json"), match.Schema.Path);
        Assert.Equal((1, 0), (Total(match, "\"a\""), Total(match, "a")));
    }

    [Theory]
    [InlineData("reward.kind=jsonSchema", "reward.schema is missing; name a file with a JSON Schema")]
    [InlineData("reward={\"schema\": 5}", "reward.schema is 5; it must be a path or a JSON Schema.")]
    [InlineData("reward={\"schema\": {\"$ref\": \"http://a/b\"}}", "reward.schema is wrong: #/$ref is \"http://a/b\"; nothing outside of the schema")]
    [InlineData("reward={\"schema\": \"/none/there.json\"}", "reward.schema is wrong in /none/there.json: it cannot be read: ")]
    public void A_wrong_schema_is_refused_with_the_options(string set, string message) =>
        Assert.Contains(Assert.Throws<OptionsException>(() => RunFile.ReadRun("", [Model, set])).Problems, problem => problem.StartsWith(message));

    [Fact]
    public void A_schema_that_cannot_be_read_comes_with_what_to_do()
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ReadRun("", [Model, "reward={\"schema\": \"/none/there.json\"}"]));
        Assert.EndsWith(" Name a file that is there, or write the schema itself.", error.Problems[0]);
        Assert.DoesNotContain("..", error.Problems[0]);
    }

    [Fact]
    public void Overlap_rewards_are_named_in_a_run_file()
    {
        var options = RunFile.ReadRun("", [Model, "reward={\"rewards\": {\"b\": {\"kind\": \"bleu\"}, \"r\": {\"variant\": \"rouge2\"}}}"]);

        var rewards = Assert.IsType<SeveralRewards>(options.Reward).Rewards;
        Assert.Equal(new BleuOverlap(), rewards["b"]);
        Assert.Equal(new RougeOverlap { Variant = RougeVariant.Rouge2 }, rewards["r"]);
    }

    private static double Total(JsonSchemaMatch match, string answer) => Assert.IsType<Scored>(match.Open().Judge(Any, answer)).Total;
}
