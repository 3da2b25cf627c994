using System.Text.Json.Nodes;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>Which options changed between a run that was saved and its resumption, and which of them may.</summary>
public static class OptionsDifference
{
    // Where a reward is reached, how many calls run, and how long they may take: scores that were given stay, whatever these are now.
    private static readonly string[] OfRewardCalls =
        ["deadlineSeconds", "largestUnscoredShare", "url", "tokenVariable", "keyVariable", "workers", "concurrency", "retries", "replySeconds"];

    /// <summary>
    /// The changed options, in the order of options.json. An object of another kind is one change, whatever else differs in it.
    /// A smaller budget is no less allowed than a larger one: whether it is used up already, only the caller knows.
    /// </summary>
    /// <param name="saved">The options in the run directory.</param>
    /// <param name="asked">The options of the resumption, of the same type.</param>
    /// <exception cref="ArgumentException">They are of two kinds of run.</exception>
    public static IReadOnlyList<OptionChange> Between(CommonOptions saved, CommonOptions asked)
    {
        if (saved.GetType() != asked.GetType())
            throw new ArgumentException($"{saved.GetType().Name} were saved, and {asked.GetType().Name} are asked for.", nameof(asked));

        var changed = Changed(OptionsJson.ToNode(saved)!.AsObject(), OptionsJson.ToNode(asked)!.AsObject(), "");
        return [.. changed.Select(c => Change(c.Path, c.Old, c.New))];

        OptionChange Change(string path, JsonNode? old, JsonNode? now) =>
            new(path, OptionsJson.Line(old), OptionsJson.Line(now), IsOnlyMoved(path, old, now) ? ResumeEffect.Exact : Effect(path, asked));
    }

    /// <summary>
    /// The options that are not as in a run file that says nothing, in the order of options.json. Of an object of another kind than the default, or under
    /// a name of the user's, every option is told, without a default.
    /// </summary>
    /// <param name="options">The options of a run.</param>
    /// <returns>Dotted key, value as JSON, and default as JSON or an empty text.</returns>
    public static IReadOnlyList<(string Path, string Value, string Default)> FromDefaults(CommonOptions options) =>
        [.. Departures((JsonObject)OptionsJson.ToNode(OptionsJson.Create(options.GetType()))!, (JsonObject)OptionsJson.ToNode((object)options)!, "")];

    /// <summary>The options of the resumption, where what is left to be chosen (0, "auto") is what the saved run has chosen.</summary>
    /// <param name="saved">The options in the run directory, with threads, device, type and rows of batches chosen.</param>
    /// <param name="asked">The options of the resumption.</param>
    public static RunOptions KeepChoices(RunOptions saved, RunOptions asked) => asked with
    {
        Threads = Choice(saved.Threads, asked.Threads),
        Data = asked.Data.Today == "" ? asked.Data with { Today = saved.Data.Today } : asked.Data,
        Device = asked.Device == DeviceKind.Auto ? saved.Device : asked.Device,
        Dtype = asked.Dtype == WeightType.Auto ? saved.Dtype : asked.Dtype,
        Rollout = asked.Rollout with { LargestBatch = Choice(saved.Rollout.LargestBatch, asked.Rollout.LargestBatch) },
        Update = asked.Update with
        {
            MicroBatchRows = Choice(saved.Update.MicroBatchRows, asked.Update.MicroBatchRows),
            RecomputeActivations = Choice(saved.Update.RecomputeActivations, asked.Update.RecomputeActivations),
        },
    };

    /// <inheritdoc cref="KeepChoices(RunOptions, RunOptions)"/>
    public static T KeepChoices<T>(T saved, T asked)
        where T : SupervisedOptions => (T)((SupervisedOptions)asked with
        {
            Threads = Choice(saved.Threads, asked.Threads),
            Data = asked.Data.Today == "" ? asked.Data with { Today = saved.Data.Today } : asked.Data,
            Device = asked.Device == DeviceKind.Auto ? saved.Device : asked.Device,
            Dtype = asked.Dtype == WeightType.Auto ? saved.Dtype : asked.Dtype,
            MicroBatchRows = Choice(saved.MicroBatchRows, asked.MicroBatchRows),
            RecomputeActivations = Choice(saved.RecomputeActivations, asked.RecomputeActivations),
        });

    private static IEnumerable<(string Path, string Value, string Default)> Departures(JsonObject defaults, JsonObject options, string prefix)
    {
        var isOther = !JsonNode.DeepEquals(defaults["kind"], options["kind"]);
        foreach (var (key, now) in options)
        {
            var known = (!isOther || key == "kind") && defaults.ContainsKey(key);
            var old = known ? defaults[key] : null;
            if (now is JsonObject inner && !IsSchema(key, inner))
            {
                foreach (var departure in Departures(old as JsonObject ?? [], inner, $"{prefix}{key}."))
                    yield return departure;
            }
            else if (!known || !JsonNode.DeepEquals(old, now))
            {
                yield return (prefix + key, OptionsJson.Line(now), known ? OptionsJson.Line(old) : "");
            }
        }
    }

    private static int Choice(int saved, int asked) => asked == 0 ? saved : asked;

    private static Recomputation Choice(Recomputation saved, Recomputation asked) => asked == Recomputation.Auto ? saved : asked;

    private static IEnumerable<(string Path, JsonNode? Old, JsonNode? New)> Changed(JsonObject saved, JsonObject asked, string prefix)
    {
        if (!JsonNode.DeepEquals(saved["kind"], asked["kind"]))
            return [(prefix + "kind", saved["kind"], asked["kind"])];

        if (!saved.Select(option => option.Key).SequenceEqual(asked.Select(option => option.Key)))
            return [(prefix.TrimEnd('.'), saved, asked)];

        return saved.SelectMany(option => (option.Value, asked[option.Key]) switch
        {
            (JsonObject old, JsonObject now) when !IsSchema(option.Key, now) => Changed(old, now, $"{prefix}{option.Key}."),
            var (old, now) when JsonNode.DeepEquals(old, now) => [],
            var (old, now) => [(prefix + option.Key, old, now)],
        });
    }

    // A JSON Schema is one option, whatever it says; a reward that someone named "schema" has a kind.
    private static bool IsSchema(string key, JsonObject value) => key == "schema" && !value.ContainsKey("kind");

    // A held-out file that lies elsewhere is known by its content, like the data; one that comes or goes changes what is trained on.
    private static bool IsOnlyMoved(string path, JsonNode? old, JsonNode? now) =>
        path == "data.heldOutPath" && old?.ToString() is not (null or "") && now?.ToString() is not (null or "");

    // Evaluation is drawn apart from training, but how often and on how much is what metrics.jsonl shows. A data file may lie elsewhere: it is
    // known by its content.
    private static ResumeEffect Effect(string path, CommonOptions asked) => path switch
    {
        _ when (path.StartsWith("reward.", StringComparison.Ordinal) || path.StartsWith("evaluation.metrics.", StringComparison.Ordinal))
            && OfRewardCalls.Contains(path[(path.LastIndexOf('.') + 1)..]) => ResumeEffect.Exact,
        "threads" or "device" => ResumeEffect.OtherRounding,
        "budget.steps" or "budget.tokens" or "steps" => HasSchedule(asked) ? ResumeEffect.OtherSchedule : ResumeEffect.Exact,
        "checkpoints.every" or "checkpoints.keep" or "evaluation.stopAt" or "evaluation.patience" or "rollout.loggedPrompts" or "rollout.saveAll" or "data.path"
            or "update.recomputeActivations" or "recomputeActivations" => ResumeEffect.Exact,
        _ => ResumeEffect.Refused,
    };

    private static bool HasSchedule(CommonOptions options) =>
        options.Optimizer.FollowsBudget
        || options is RunOptions { Algorithm.Advantage: CriticAdvantage { Critic.Optimizer.FollowsBudget: true } };
}
