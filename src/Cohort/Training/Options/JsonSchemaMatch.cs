using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>1 where the answer, or its last <c>```json</c> block where it has one, is JSON that satisfies a JSON Schema.</summary>
public sealed record JsonSchemaMatch : RewardOptions
{
    /// <summary>The schema: a file's path, relative to the run file, or the schema itself, as in <c>{"type": "object", "required": ["answer"]}</c>.</summary>
    public SchemaSource Schema { get; init; } = SchemaSource.None;

    internal override IEnumerable<string> Files => Schema.Path == "" ? [] : [Schema.Path];

    internal override RewardOptions WithPaths(Func<string, string> resolve) =>
        Schema.Path == "" ? this : this with { Schema = SchemaSource.InFile(resolve(Schema.Path)) };

    internal override IEnumerable<string> Problems(string path)
    {
        if (Schema == SchemaSource.None)
            return [$"{path}.schema is missing; name a file with a JSON Schema, or write the schema itself, as in {{\"type\": \"object\"}}."];

        try
        {
            Open();
            return [];
        }
        catch (TrainingException error)
        {
            return [$"{path}.{error.Message}"];
        }
    }

    /// <summary>The reward.</summary>
    /// <exception cref="TrainingException">The schema cannot be read, or has what is not checked.</exception>
    internal JsonSchemaReward Open()
    {
        try
        {
            return new JsonSchemaReward(Schema.Read());
        }
        catch (FormatException error)
        {
            throw new TrainingException($"schema is wrong{(Schema.Path == "" ? "" : $" in {Schema.Path}")}: {error.Message.TrimEnd('.')}.", error);
        }
    }
}
