using System.Collections;
using System.Runtime.CompilerServices;

namespace Cohort.Data;

/// <summary>
/// Texts none of which is empty, such as those that end a completion. Equal where the texts and their order are, as records that have them compare by value.
/// </summary>
[CollectionBuilder(typeof(StringList), nameof(Create))]
public sealed class StringList : IReadOnlyList<string>, IEquatable<StringList>
{
    private readonly string[] _texts;

    private StringList(string[] texts) => _texts = texts;

    /// <inheritdoc/>
    public int Count => _texts.Length;

    /// <inheritdoc/>
    public string this[int index] => _texts[index];

    /// <summary>The list; <c>["&lt;/answer&gt;"]</c> calls it.</summary>
    /// <param name="texts">Any number of texts, none of them empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">A text is empty.</exception>
    public static StringList Create(ReadOnlySpan<string> texts) => texts.Contains("")
        ? throw new ArgumentOutOfRangeException(nameof(texts), "\"\"", "A text of the list must have at least one character.")
        : new(texts.ToArray());

    /// <inheritdoc/>
    public bool Equals(StringList? other) => other is not null && _texts.AsSpan().SequenceEqual(other._texts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StringList);

    /// <inheritdoc/>
    public override int GetHashCode() => _texts.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_texts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
