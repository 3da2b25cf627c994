using System.Text.Json;
using Cohort.Data;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>One prompt's completions as a step sampled them, with what each reward said of them: one line of replay.jsonl.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Prompt">Which prompt of the step, from 0, those of refills behind the others; not where its group stands in the batch.</param>
/// <param name="IsGreedy">Whether it is the prompt's most likely completion, sampled beside the others.</param>
/// <param name="ProblemId">The problem's name, for people.</param>
/// <param name="Completions">In the order of their samples.</param>
/// <param name="Verdicts">For each completion, what each of the run's rewards said.</param>
internal sealed record RecordedGroup(
    long Step, long Prompt, bool IsGreedy, string ProblemId, IReadOnlyList<Completion> Completions, IReadOnlyList<IReadOnlyList<Verdict>> Verdicts)
{
    /// <summary>Writes the line; numbers read back to the same bits.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("step", Step);
        json.WriteNumber("prompt", Prompt);
        json.WriteBoolean("greedy", IsGreedy);
        json.WriteString("problem_id", ProblemId);
        json.WriteArray("prompt_tokens", Completions[0].PromptTokens, json.WriteNumberValue);
        json.WriteArray("completions", Completions.Zip(Verdicts), pair => WriteCompletion(json, pair.First, pair.Second));
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="Exception">One of those of <see cref="JsonElement"/>: it is no such line.</exception>
    public static RecordedGroup Read(JsonElement line)
    {
        var prompt = line.GetProperty("prompt_tokens").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        var completions = line.GetProperty("completions").EnumerateArray().ToArray();
        return new(
            line.GetProperty("step").GetInt64(),
            line.GetProperty("prompt").GetInt64(),
            line.GetProperty("greedy").GetBoolean(),
            line.GetProperty("problem_id").GetString() ?? "",
            [.. completions.Select((completion, sample) => ReadCompletion(completion, sample, prompt))],
            [.. completions.Select(completion => completion.GetProperty("verdicts").EnumerateArray().Select(ReadVerdict).ToArray())]);
    }

    private static void WriteCompletion(Utf8JsonWriter json, Completion completion, IReadOnlyList<Verdict> verdicts)
    {
        json.WriteStartObject();
        json.WriteArray("tokens", completion.ResponseTokens, json.WriteNumberValue);
        json.WriteArray("log_probs", completion.BehaviourLogProbs, json.WriteFinite);
        json.WriteString("finish", completion.FinishReason == FinishReason.Stop ? "stop" : "length");
        json.WriteString("text", completion.Text);
        json.WriteArray("verdicts", verdicts, verdict => WriteVerdict(json, verdict));
        json.WriteEndObject();
    }

    private static Completion ReadCompletion(JsonElement completion, int sample, int[] prompt)
    {
        int[] tokens = [.. completion.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32())];
        float[] logProbs = [.. completion.GetProperty("log_probs").EnumerateArray()
            .Select(number => number.ValueKind == JsonValueKind.Null ? float.NaN : number.GetSingle())];
        if (tokens.Length == 0 || tokens.Length != logProbs.Length)
            throw new FormatException($"sample {sample} has {tokens.Length} tokens and {logProbs.Length} log-probabilities.");

        var finish = completion.GetProperty("finish").GetString() == "stop" ? FinishReason.Stop : FinishReason.Length;
        return new(PromptIndex: 0, sample, prompt, tokens, logProbs, finish, completion.GetProperty("text").GetString() ?? "");
    }

    private static void WriteVerdict(Utf8JsonWriter json, Verdict verdict)
    {
        json.WriteStartObject();
        json.WriteString("reward", verdict.Reward);
        if (verdict.Score is Unscored none)
            json.WriteString("unscored", none.Reason);

        if (verdict.Score is Scored scored)
        {
            json.WriteNumber("score", scored.Total);
            json.WriteBoolean("passes", scored.Passes);
            json.WriteStartObject("parts");
            foreach (var (name, value) in scored.Parts)
                json.WriteNumber(name, value);

            json.WriteEndObject();
            json.WriteArray("step_tokens", scored.Steps, step => json.WriteNumberValue(step.Token));
            json.WriteArray("step_values", scored.Steps, step => json.WriteNumberValue(step.Value));
        }

        json.WriteEndObject();
    }

    private static Verdict ReadVerdict(JsonElement verdict) => new(verdict.GetProperty("reward").GetString() ?? "", ReadScore(verdict), Seconds: 0);

    private static Score ReadScore(JsonElement verdict)
    {
        if (verdict.TryGetProperty("unscored", out var reason))
            return Score.None(reason.GetString() ?? "");

        var places = verdict.GetProperty("step_tokens").EnumerateArray().Select(token => token.GetInt32());
        var values = verdict.GetProperty("step_values").EnumerateArray().Select(value => value.GetDouble());
        return new Scored(
            verdict.GetProperty("score").GetDouble(),
            verdict.GetProperty("parts").EnumerateObject().ToDictionary(part => part.Name, part => part.Value.GetDouble()))
        {
            Passes = verdict.GetProperty("passes").GetBoolean(),
            Steps = [.. places.Zip(values, (token, value) => new StepReward(token, value))],
        };
    }
}
