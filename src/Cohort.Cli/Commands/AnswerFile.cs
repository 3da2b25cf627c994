using Cohort.Data;
using Cohort.Evaluation;

namespace Cohort.Cli.Commands;

/// <summary>Answers of an evaluation as JSONL, one object per answer.</summary>
internal static class AnswerFile
{
    /// <summary>Writes sampled answers, then greedy ones.</summary>
    public static void Write(string path, EvaluationResult sampled, EvaluationResult greedy)
    {
        using var file = new StreamWriter(path);
        foreach (var (kind, result) in new[] { ("sampled", sampled), ("greedy", greedy) })
            foreach (var answer in result.Answers)
                file.WriteLine(SharedOptions.ToJson(Describe(kind, answer)));
    }

    private static object Describe(string kind, Answer answer) => new
    {
        kind,
        id = answer.Problem.Id,
        prompt = answer.Problem.Prompt,
        answer = answer.Problem.Reference,
        completion = answer.Completion.Text,
        sample = answer.Completion.SampleIndex,
        passes = answer.Passes,
        score = (answer.Score as Scored)?.Total,
        unscored = (answer.Score as Unscored)?.Reason,
        tokens = answer.Completion.ResponseTokens.Count,
        finish = answer.Completion.FinishReason == FinishReason.Stop ? "stop" : "length",
    };
}
