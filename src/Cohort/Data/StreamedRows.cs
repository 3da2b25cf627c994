using System.Collections;
using System.Text.Json;

namespace Cohort.Data;

/// <summary>
/// Items whose rows stay on disk: memory holds where each row's JSON stands (24 bytes an item), and an item is parsed anew whenever it is asked for. Safe to
/// use from several threads at once when all is added.
/// </summary>
/// <typeparam name="T">An item.</typeparam>
/// <param name="text">Where the JSON stands.</param>
/// <param name="convert">Makes the items of a row of its number and fields.</param>
internal sealed class StreamedRows<T>(RowText text, Func<int, JsonElement, IReadOnlyList<T>> convert) : IRowList<T>
{
    private readonly List<Place> _places = [];

    /// <inheritdoc/>
    public int Count => _places.Count;

    /// <inheritdoc/>
    /// <exception cref="DataException">The file was changed, or cannot be read any more.</exception>
    public T this[int index]
    {
        get
        {
            var place = _places[index];
            using var document = JsonDocument.Parse(text.Read(place.Offset, place.Length));
            return convert(place.Number, document.RootElement)[place.Part];
        }
    }

    /// <inheritdoc/>
    public void Add(FileRow row, IReadOnlyList<T> items)
    {
        var (offset, length) = text.Place(row);
        for (var part = 0; part < items.Count; part++)
            _places.Add(new(offset, length, row.Number, part));
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private readonly record struct Place(long Offset, int Length, int Number, int Part);
}
