using System.Text.Json.Nodes;

namespace Cohort.Models;

/// <summary>
/// Reads rotary positions: version 4 of transformers writes rope_theta and rope_scaling (with rope_type, before that type), version 5
/// rope_parameters, for families with two kinds of layers one object for each kind.
/// </summary>
/// <param name="json">config.json.</param>
/// <param name="length">max_position_embeddings.</param>
/// <param name="theta">The base where none is written.</param>
internal sealed class RopeReader(JsonObject json, int length, double theta)
{
    private const string FullLayers = "full_attention";
    private const string SlidingLayers = "sliding_attention";

    /// <summary>For families whose layers turn alike.</summary>
    public Rope Only()
    {
        var scaling = json["rope_scaling"] as JsonObject;
        return Read(scaling is { Count: > 0 } ? scaling : json["rope_parameters"] as JsonObject ?? [], Number(json, "rope_theta") ?? theta);
    }

    /// <summary>Layers that see everything, where sliding layers have rotary positions of their own.</summary>
    public Rope Full()
    {
        var written = json["rope_parameters"]?[FullLayers] as JsonObject ?? [];
        var merged = written.DeepClone().AsObject();
        foreach (var (key, value) in json["rope_scaling"] as JsonObject ?? [])
        {
            merged[key] = value?.DeepClone();
        }

        return Read(merged, Number(json, "rope_theta") ?? theta, nested: true);
    }

    /// <summary>Layers that see a window.</summary>
    public Rope Sliding() =>
        Read(json["rope_parameters"]?[SlidingLayers] as JsonObject ?? [], Number(json, "rope_local_base_freq") ?? 10000, nested: true);

    /// <summary>What version 4 calls rope_scaling.</summary>
    /// <param name="scaling">How angles are stretched.</param>
    /// <returns>null where they are not.</returns>
    public static JsonObject? Write(RopeScaling scaling)
    {
        return scaling switch
        {
            UnscaledRope => null,
            LinearRope => new() { ["rope_type"] = "linear", ["factor"] = scaling.Factor },
            DynamicRope => new() { ["rope_type"] = "dynamic", ["factor"] = scaling.Factor },
            YarnRope yarn => new()
            {
                ["rope_type"] = "yarn",
                ["factor"] = yarn.Factor,
                ["original_max_position_embeddings"] = yarn.OriginalLength,
                ["attention_factor"] = yarn.AttentionFactor,
                ["beta_fast"] = yarn.BetaFast,
                ["beta_slow"] = yarn.BetaSlow,
                ["truncate"] = yarn.Truncates,
            },
            Llama3Rope llama => new()
            {
                ["rope_type"] = "llama3",
                ["factor"] = llama.Factor,
                ["original_max_position_embeddings"] = llama.OriginalLength,
                ["low_freq_factor"] = llama.LowFrequencyFactor,
                ["high_freq_factor"] = llama.HighFrequencyFactor,
            },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private Rope Read(JsonObject rope, double otherwise, bool nested = false)
    {
        if ((Number(rope, "partial_rotary_factor") ?? Number(json, "partial_rotary_factor") ?? 1) is not 1 and var part)
        {
            throw new ModelException($"{ModelConfig.FileName} has partial_rotary_factor '{part}'; Cohort computes only '1'.");
        }

        var type = (rope["rope_type"] ?? rope["type"])?.GetValue<string>() ?? "default";
        RopeScaling scaling = type switch
        {
            "default" => RopeScaling.None,
            "linear" => new LinearRope { Factor = Required(rope, "factor") },
            "dynamic" => new DynamicRope { Factor = Required(rope, "factor"), TrainedLength = length },
            "yarn" => Yarn(rope, nested),
            "llama3" => new Llama3Rope
            {
                Factor = Required(rope, "factor"),
                OriginalLength = OriginalLength(rope),
                LowFrequencyFactor = Required(rope, "low_freq_factor"),
                HighFrequencyFactor = Required(rope, "high_freq_factor"),
            },
            _ => throw new ModelException(
                $"{ModelConfig.FileName} has rope_type '{type}'; Cohort computes: default, linear, dynamic, yarn, llama3."),
        };
        return new Rope { Theta = Number(rope, "rope_theta") ?? otherwise, Scaling = scaling };
    }

    private YarnRope Yarn(JsonObject rope, bool nested)
    {
        var original = OriginalLength(rope);
        var factor = Number(rope, "factor") ?? (double)length / original;
        var (scale, scaleAll) = (Number(rope, "mscale") ?? 0, Number(rope, "mscale_all_dim") ?? 0);
        var temperature = scale != 0 && scaleAll != 0
            ? YarnRope.Temperature(factor, scale) / YarnRope.Temperature(factor, scaleAll)
            : YarnRope.Temperature(factor);
        return new()
        {
            Factor = factor,
            OriginalLength = original,
            BetaFast = Number(rope, "beta_fast") is { } fast and not 0 ? fast : 32,
            BetaSlow = Number(rope, "beta_slow") is { } slow and not 0 ? slow : 1,

            // The reference looks for truncate beside the kinds of layers, not within them.
            Truncates = nested || (rope["truncate"]?.GetValue<bool>() ?? true),
            AttentionFactor = Number(rope, "attention_factor") ?? temperature,
        };
    }

    private int OriginalLength(JsonObject rope) =>
        (int)(Number(json, "original_max_position_embeddings") ?? Number(rope, "original_max_position_embeddings") ?? length);

    private static double? Number(JsonObject from, string key) => from[key]?.GetValue<double>();

    private static double Required(JsonObject rope, string key) => Number(rope, key)
        ?? throw new ModelException($"{ModelConfig.FileName} stretches rotary positions without a {key}.");
}
