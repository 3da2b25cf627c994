using System.Collections;

namespace Cohort.Data;

/// <summary>What a file gave.</summary>
/// <typeparam name="T">A row.</typeparam>
public sealed class FileRows<T> : IReadOnlyList<T>
{
    private readonly IReadOnlyList<T> _items;

    internal FileRows(IReadOnlyList<T> items, IReadOnlyList<string> notices) => (_items, Notices) = (items, notices);

    /// <summary>What was passed over in reading, in sentences; empty where nothing was.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>Whether it was a pipe, which gives its rows once.</summary>
    internal bool IsPipe { get; init; }

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
