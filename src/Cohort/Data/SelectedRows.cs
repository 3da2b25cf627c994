using System.Collections;

namespace Cohort.Data;

/// <summary>Some rows of a list, without a copy.</summary>
/// <typeparam name="T">A row.</typeparam>
/// <param name="items">The list.</param>
/// <param name="indices">Which of its rows, in order.</param>
internal sealed class SelectedRows<T>(IReadOnlyList<T> items, int[] indices) : IReadOnlyList<T>
{
    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public T this[int index] => items[indices[index]];

    /// <summary>The rows that fit, each looked at once.</summary>
    public static SelectedRows<T> Where(IReadOnlyList<T> items, Func<T, bool> fits) =>
        new(items, [.. items.Index().Where(row => fits(row.Item)).Select(row => row.Index)]);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => indices.Select(index => items[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
