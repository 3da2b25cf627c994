using System.Collections;

namespace Cohort.Models;

/// <summary>Some of a model's layers, by index from 0; two sets with the same layers are equal.</summary>
public sealed class LayerSet : IEnumerable<int>, IEquatable<LayerSet>
{
    private readonly SortedSet<int> _layers;

    private LayerSet(IEnumerable<int> layers) => _layers = [.. layers];

    /// <summary>No layer.</summary>
    public static LayerSet None { get; } = new([]);

    /// <summary>Number of layers in the set.</summary>
    public int Count => _layers.Count;

    /// <summary>The first layers of a model that a condition holds for.</summary>
    /// <param name="layers">The model's number of layers.</param>
    /// <param name="holds">Of a layer's index.</param>
    public static LayerSet Where(int layers, Func<int, bool> holds) => new(Enumerable.Range(0, layers).Where(holds));

    /// <summary>Whether a layer is in the set.</summary>
    /// <param name="layer">Index from 0.</param>
    public bool Contains(int layer) => _layers.Contains(layer);

    /// <inheritdoc/>
    public bool Equals(LayerSet? other) => other is not null && _layers.SetEquals(other._layers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LayerSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _layers.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _layers)}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => _layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
