namespace Cohort.Kernels;

/// <summary>What attention over packed groups is made of. Of every token there are the heads of its query, and fewer of its key and value.</summary>
internal sealed record AttentionShape
{
    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; each serves as many query heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>d, numbers of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>What scores are multiplied by.</summary>
    public required float Scale { get; init; }

    /// <summary>A token sees itself and what stands fewer places before it than this.</summary>
    public required int Window { get; init; }

    /// <summary>The groups, which follow each other.</summary>
    public required IReadOnlyList<PackedGroup> Groups { get; init; }

    /// <summary>[positions, d] cosines of the tokens' angles, by position; empty where nothing turns.</summary>
    public required Floats Cosines { get; init; }

    /// <summary>[positions, d] their sines, the first half of each row negated.</summary>
    public required Floats Sines { get; init; }

    /// <summary>Pieces of work: each is one group's share of one head of keys and values.</summary>
    public int Tasks => Groups.Count * KeyValueHeads;
}

/// <summary>What attention reads of every token; also the gradients of that.</summary>
/// <param name="Query">[tokens, heads, d], not yet turned.</param>
/// <param name="Key">[tokens, key-value heads, d], not yet turned.</param>
/// <param name="Value">[tokens, key-value heads, d].</param>
internal readonly record struct AttentionInputs(Floats Query, Floats Key, Floats Value);
