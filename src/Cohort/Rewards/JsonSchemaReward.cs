using System.Diagnostics;
using Cohort.Data;
using Cohort.Data.Tasks;
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
        SchemaVerdict.NotJson => Grade.Of(correct: false, format: false),
        SchemaVerdict.Fails => Grade.Of(correct: false, format: true),
        SchemaVerdict.Holds => Grade.Of(correct: true, format: true),
        SchemaVerdict.Undecided => Score.None($"the schema takes more than {JsonSchema.MostSteps} steps, {JsonSchema.MostLevels} levels or "
            + $"{JsonSchema.LongestMatching.TotalSeconds} s of patterns for an answer to problem {problem.Id}"),
        _ => throw new UnreachableException(),
    };

    /// <summary>The JSON as it is written.</summary>
    /// <inheritdoc/>
    public override string AnswerOf(Completion completion) => FencedJson.Find(completion.Text).ToString();
}
