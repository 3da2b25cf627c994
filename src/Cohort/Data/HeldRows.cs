using System.Collections;

namespace Cohort.Data;

/// <summary>Items that are held in memory.</summary>
/// <typeparam name="T">An item.</typeparam>
internal sealed class HeldRows<T> : IRowList<T>
{
    private readonly List<T> _items = [];

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public void Add(FileRow row, IReadOnlyList<T> items) => _items.AddRange(items);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
