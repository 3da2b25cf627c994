using System.Collections;
using System.Runtime.CompilerServices;

namespace Cohort.Rollouts;

/// <summary>Texts that end a completion. Equal where the texts and their order are, as records that have them compare by value.</summary>
[CollectionBuilder(typeof(StopStrings), nameof(Create))]
public sealed class StopStrings : IReadOnlyList<string>, IEquatable<StopStrings>
{
    private readonly string[] _texts;

    private StopStrings(string[] texts) => _texts = texts;

    /// <inheritdoc/>
    public int Count => _texts.Length;

    /// <inheritdoc/>
    public string this[int index] => _texts[index];

    /// <summary>The list; <c>["&lt;/answer&gt;"]</c> calls it.</summary>
    /// <param name="texts">Any number of texts, none of them empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">A text is empty.</exception>
    public static StopStrings Create(ReadOnlySpan<string> texts) => texts.Contains("")
        ? throw new ArgumentOutOfRangeException(nameof(texts), "\"\"", "A stop string must have at least one character.")
        : new(texts.ToArray());

    /// <inheritdoc/>
    public bool Equals(StopStrings? other) => other is not null && _texts.AsSpan().SequenceEqual(other._texts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StopStrings);

    /// <inheritdoc/>
    public override int GetHashCode() => _texts.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_texts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
