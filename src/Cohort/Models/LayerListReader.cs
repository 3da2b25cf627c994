using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Cohort.Models;

/// <summary>Reads which layers see a window and which do not turn, in each family's own keys.</summary>
internal sealed class LayerListReader
{
    private const string FullAttention = "full_attention";
    private const string SlidingAttention = "sliding_attention";

    private readonly JsonObject _json;

    /// <param name="json">config.json.</param>
    /// <param name="count">Number of layers.</param>
    /// <param name="family">Whose keys are read.</param>
    /// <exception cref="ModelException">A list does not fit the layers, or names what is not computed.</exception>
    public LayerListReader(JsonObject json, int count, ModelFamily family)
    {
        (_json, Count) = (json, count);
        switch (family.Layers)
        {
            case LayerRule.Alike:
                break;
            case LayerRule.AllSlide:
                Window = WindowOr(4096);
                Sliding = LayerSet.Where(count, _ => Window > 0);
                break;
            case LayerRule.LaterSlide:
                Window = Flag("use_sliding_window") ? WindowOr(4096) : 0;
                var first = Integer("max_window_layers", 28);
                Sliding = Listed() ?? LayerSet.Where(count, layer => Window > 0 && layer >= first);
                break;
            case LayerRule.SomeDoNotTurn:
                Window = WindowOr(0);
                Unturned = UnturnedLayers();
                Sliding = Listed() ?? LayerSet.Where(count, layer => Window > 0 && Flag("use_sliding_window") && Unturned.Contains(layer));
                break;
            case LayerRule.MostSlide:
                Window = WindowOr(4096);
                var period = Integer("sliding_window_pattern", Integer("_sliding_window_pattern", 6));
                Sliding = Listed() ?? LayerSet.Where(count, layer => (layer + 1) % Math.Max(1, period) != 0);
                break;
            default:
                throw new UnreachableException();
        }

        if (Sliding.Count > 0 && Window == 0)
        {
            throw new ModelException(
                $"{ModelConfig.FileName} has layer_types with '{SlidingAttention}', but no sliding_window that is used (sliding_window "
                + $"'{json["sliding_window"]}', use_sliding_window '{json["use_sliding_window"]}').");
        }

        Window = Sliding.Count == 0 ? 0 : Window;
    }

    /// <summary>Number of layers.</summary>
    public int Count { get; }

    /// <summary>The layers that see a window.</summary>
    public LayerSet Sliding { get; } = LayerSet.None;

    /// <summary>The layers without rotary positions.</summary>
    public LayerSet Unturned { get; } = LayerSet.None;

    /// <summary>Tokens that a sliding layer sees; 0 where none slides.</summary>
    public int Window { get; }

    /// <summary>layer_types as it is written.</summary>
    /// <param name="config">The shape.</param>
    public static JsonArray Write(ModelConfig config) =>
        [.. Enumerable.Range(0, config.Layers).Select(layer => (JsonNode)(config.SlidingLayers.Contains(layer) ? SlidingAttention : FullAttention))];

    // The sliding layers of layer_types, or null where that list is not there.
    private LayerSet? Listed()
    {
        if (_json["layer_types"] is not JsonArray types)
        {
            return null;
        }

        if (types.Count != Count)
        {
            throw new ModelException($"{ModelConfig.FileName} has {types.Count} layer_types for {Count} layers.");
        }

        var names = types.Select(type => type?.GetValue<string>()).ToArray();
        return names.FirstOrDefault(name => name is not (FullAttention or SlidingAttention)) is { } other
            ? throw new ModelException(
                $"{ModelConfig.FileName} has layer_types with '{other}'; Cohort computes '{FullAttention}' and '{SlidingAttention}'.")
            : LayerSet.Where(Count, layer => names[layer] == SlidingAttention);
    }

    // 1 stands for a layer that turns.
    private LayerSet UnturnedLayers()
    {
        if (_json["no_rope_layers"] is not JsonArray turning)
        {
            var interval = Integer("no_rope_layer_interval", 4);
            return LayerSet.Where(Count, layer => (layer + 1) % Math.Max(1, interval) == 0);
        }

        if (turning.Count < Count)
        {
            throw new ModelException($"{ModelConfig.FileName} has {turning.Count} no_rope_layers for {Count} layers.");
        }

        return LayerSet.Where(Count, layer => turning[layer]!.GetValue<int>() == 0);
    }

    // A window of null stands for none; only a key that is not there has a default.
    private int WindowOr(int otherwise) => _json.ContainsKey("sliding_window") ? Integer("sliding_window", 0) : otherwise;

    private bool Flag(string key) => _json[key]?.GetValue<bool>() ?? false;

    private int Integer(string key, int otherwise) => _json[key]?.GetValue<int>() ?? otherwise;
}
