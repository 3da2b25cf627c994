using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cohort.Models;

/// <summary>What an adapter_config.json says, as far as it changes numbers.</summary>
/// <param name="BaseFolder">base_model_name_or_path; empty where there is none.</param>
/// <param name="Shape">r, lora_alpha and use_rslora.</param>
/// <param name="Ranks">rank_pattern: other ranks for layers whose name ends in what a regular expression matches.</param>
/// <param name="Alphas">alpha_pattern, in the same way.</param>
/// <param name="Targets">target_modules; for reading, the tensors themselves say which layers are adapted.</param>
/// <param name="Dropout">lora_dropout.</param>
/// <param name="SavesHead">Whether a critic's head is saved along.</param>
/// <param name="IsTransposed">fan_in_fan_out: whether the base's folder stores its matrices transposed, as GPT-2's does.</param>
internal sealed record AdapterConfig(
    string BaseFolder,
    LowRankShape Shape,
    IReadOnlyDictionary<string, int> Ranks,
    IReadOnlyDictionary<string, double> Alphas,
    IReadOnlyList<string> Targets,
    double Dropout,
    bool SavesHead,
    bool IsTransposed)
{
    private const int LargestRank = 65536;
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    // Keys of adapter_config.json that change numbers in a way that is not computed here, unless they have one of these values.
    private static readonly string[] Refused =
    [
        "use_dora", "use_qalora", "lora_bias", "layer_replication", "modules_to_save", "target_parameters", "trainable_token_indices", "alora_invocation_tokens",
        "use_bdlora", "arrow_config", "kappa_tuner_config", "velora_config", "monteclora_config",
    ];

    /// <summary>Describes a network's adapters.</summary>
    public static AdapterConfig Of(TorchSharp.torch.nn.Module network, double dropout)
    {
        var adapted = Adapters.Adapted(network).Select(pair => (pair.Name, pair.Layer.Adapter!.Shape)).ToArray();
        var usual = adapted.GroupBy(pair => pair.Shape).MaxBy(group => group.Count())!.Key;
        var others = adapted.Where(pair => pair.Shape != usual).ToArray();
        return new(
            "", usual, others.ToDictionary(pair => pair.Name, pair => pair.Shape.Rank), others.ToDictionary(pair => pair.Name, pair => pair.Shape.Alpha),
            Names(network, [.. adapted.Select(pair => pair.Name)]), dropout, network is ScalarModel, ModelConfig.Of(network).Family.IsFusedAndTransposed);
    }

    /// <summary>Reads a folder's config.</summary>
    /// <exception cref="ModelException">It is missing, malformed, or of a kind that is not computed here.</exception>
    public static AdapterConfig Read(string folder)
    {
        var path = Path.Combine(folder, AdapterFolder.ConfigFile);
        if (!File.Exists(path))
        {
            throw new ModelException(
                $"'{folder}' has no {AdapterFolder.ConfigFile}. An adapter is a folder with {AdapterFolder.ConfigFile} and {AdapterFolder.WeightsFile}.");
        }

        try
        {
            return Parse(JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new ModelException($"{path} is not a JSON object."), path);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or RegexParseException)
        {
            throw new ModelException($"{path} is malformed: {error.Message}", error);
        }
    }

    /// <summary>Rank and scale at a layer: as PEFT does, the first pattern wins that matches the name's end from a dot on.</summary>
    public LowRankShape ShapeAt(string layer) => Shape with
    {
        Rank = First(Ranks, layer, Shape.Rank),
        Alpha = First(Alphas, layer, Shape.Alpha),
    };

    /// <summary>The keys that PEFT writes and has long known; a key that an older version does not know would stop it.</summary>
    /// <param name="baseFolder">Where the base model lies; empty for none.</param>
    public JsonObject ToJson(string baseFolder) => new()
    {
        ["alpha_pattern"] = new JsonObject(Alphas.Select(pair => new KeyValuePair<string, JsonNode?>(pair.Key, pair.Value))),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = baseFolder == "" ? null : baseFolder,
        ["bias"] = "none",
        ["fan_in_fan_out"] = IsTransposed,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layers_pattern"] = null,
        ["layers_to_transform"] = null,
        ["lora_alpha"] = Shape.Alpha,
        ["lora_dropout"] = Dropout,
        ["modules_to_save"] = SavesHead ? new JsonArray("score") : null,
        ["peft_type"] = "LORA",
        ["r"] = Shape.Rank,
        ["rank_pattern"] = new JsonObject(Ranks.Select(pair => new KeyValuePair<string, JsonNode?>(pair.Key, pair.Value))),
        ["revision"] = null,
        ["target_modules"] = new JsonArray([.. Targets.Select(name => JsonValue.Create(name))]),
        ["task_type"] = SavesHead ? "TOKEN_CLS" : "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = Shape.RankStabilized,
    };

    private static AdapterConfig Parse(JsonObject json, string path)
    {
        Require("peft_type", json["peft_type"]?.ToString() == "LORA", "only LORA is computed");
        Require("bias", json["bias"]?.ToString() is null or "none", "only none is computed");
        Require(
            "init_lora_weights",
            json["init_lora_weights"]?.ToString().ToLowerInvariant() is null or "true" or "false" or "gaussian" or "eva" or "orthogonal",
            "such an adapter belongs to a base whose weights were changed; convert it with PEFT (path_initial_model_for_weight_conversion)");
        foreach (var key in Refused)
        {
            var none = json[key] is null || json[key]!.GetValueKind() == JsonValueKind.False || json[key] is JsonArray { Count: 0 };
            Require(key, none || (key == "modules_to_save" && json[key]!.ToJsonString() == "[\"score\"]"), "Cohort does not compute it");
        }

        var rank = json["r"]?.GetValue<int>() ?? 8;
        var ranks = Pattern(json, "rank_pattern", value => value.GetValue<int>());
        foreach (var given in ranks.Values.Append(rank))
        {
            Require("r or rank_pattern", given is >= 1 and <= LargestRank, $"a rank lies in [1, {LargestRank}]");
        }

        return new(
            json["base_model_name_or_path"]?.GetValue<string>() ?? "",
            new(rank, json["lora_alpha"]?.GetValue<double>() ?? 8, json["use_rslora"]?.GetValue<bool>() ?? false),
            ranks, Pattern(json, "alpha_pattern", value => value.GetValue<double>()), [], json["lora_dropout"]?.GetValue<double>() ?? 0,
            json["modules_to_save"] is not null, json["fan_in_fan_out"]?.GetValue<bool>() ?? false);

        void Require(string key, bool holds, string rule)
        {
            if (!holds)
            {
                throw new ModelException($"{path} has {key} {json[key]?.ToJsonString() ?? "out of range"}; {rule}.");
            }
        }
    }

    private static Dictionary<string, TValue> Pattern<TValue>(JsonObject json, string key, Func<JsonNode, TValue> read)
    {
        var patterns = (json[key] as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => read(pair.Value ?? throw new FormatException($"{key}.{pair.Key} is null")));
        foreach (var pattern in patterns.Keys)
        {
            _ = Ending(pattern);
        }

        return patterns;
    }

    private static Regex Ending(string pattern) => new($@"\A(.*\.)?({pattern})\z", RegexOptions.CultureInvariant, MatchLimit);

    private static TValue First<TValue>(IReadOnlyDictionary<string, TValue> patterns, string layer, TValue otherwise)
    {
        foreach (var (pattern, value) in patterns)
        {
            try
            {
                if (Ending(pattern).IsMatch(layer))
                {
                    return value;
                }
            }
            catch (RegexMatchTimeoutException error)
            {
                throw new ModelException($"{AdapterFolder.ConfigFile}: matching the pattern '{pattern}' with '{layer}' takes more than {MatchLimit.TotalSeconds} s.", error);
            }
        }

        return otherwise;
    }

    // The last parts of the names where they say which layers are meant, else the whole names.
    private static string[] Names(TorchSharp.torch.nn.Module network, string[] adapted)
    {
        var last = adapted.Select(Adapters.LastPart).Distinct().Order(StringComparer.Ordinal).ToArray();
        var meant = Adapters.Layers(network).Count(pair => last.Contains(Adapters.LastPart(pair.Name)));
        return meant == adapted.Length ? last : adapted;
    }
}
