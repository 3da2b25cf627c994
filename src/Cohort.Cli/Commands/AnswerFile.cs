using Cohort.Data;
using Cohort.Evaluation;

namespace Cohort.Cli.Commands;

/// <summary>Answers of an evaluation as JSONL, one object per answer.</summary>
internal static class AnswerFile
{
    /// <summary>Opens the file before anything is measured, so that a bad path costs no time.</summary>
    /// <param name="path">The file, or null for none.</param>
    public static TextWriter Open(string? path) => path is null ? TextWriter.Null : new StreamWriter(path);

    /// <summary>Writes sampled answers, then greedy ones.</summary>
    public static void Write(TextWriter file, EvaluationResult sampled, EvaluationResult greedy)
    {
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
