using System.Diagnostics;
using Cohort.Data;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>
/// 1 where the answer is JSON that satisfies a schema, else 0; parts "correct", and "format": whether it is JSON. The answer's JSON is its last block
/// between <c>```json</c> and <c>```</c>, or where it has none, all of it. No score where judging it takes more than <see cref="JsonSchema.MostSteps"/>,
/// <see cref="JsonSchema.MostLevels"/> or <see cref="JsonSchema.LongestMatching"/>.
/// </summary>
/// <param name="schema">The schema.</param>
public sealed class JsonSchemaReward(JsonSchema schema) : TextReward
{
    /// <inheritdoc/>
    public override string Name => "jsonSchema";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer) => schema.Judge(FencedJson.Find(answer)) switch
    {
        SchemaVerdict.NotJson => Score.Of(0, ("correct", 0), ("format", 0)),
        SchemaVerdict.Fails => Score.Of(0, ("correct", 0), ("format", 1)),
        SchemaVerdict.Holds => Score.Of(1, ("correct", 1), ("format", 1)),
        SchemaVerdict.Undecided => Score.None($"the schema takes more than {JsonSchema.MostSteps} steps, {JsonSchema.MostLevels} levels or "
            + $"{JsonSchema.LongestMatching.TotalSeconds} s of patterns for an answer to problem {problem.Id}"),
        _ => throw new UnreachableException(),
    };
}
