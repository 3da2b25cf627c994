namespace Cohort.Tokenization;

/// <summary>The tokens of a model file, both ways. Two tokens may have one id, and ids may have holes.</summary>
internal sealed class Vocabulary
{
    /// <summary>Ids beyond this are damage: the largest vocabularies have about 260,000 tokens.</summary>
    public const int LargestId = (1 << 22) - 1;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string?[] _tokens;

    /// <summary>A vocabulary of these ids by token.</summary>
    public Vocabulary(Dictionary<string, int> ids)
    {
        (_ids, _lookup) = (ids, ids.GetAlternateLookup<ReadOnlySpan<char>>());
        _tokens = new string?[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        foreach (var (token, id) in ids)
            _tokens[id] = token;
    }

    /// <summary>All tokens.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>The largest id and one.</summary>
    public int Size => _tokens.Length;

    /// <summary>The id of a token.</summary>
    public int? IdOf(ReadOnlySpan<char> token) => _lookup.TryGetValue(token, out var id) ? id : null;

    /// <summary>The token of an id.</summary>
    public string? TokenOf(int id) => id < _tokens.Length ? _tokens[id] : null;
}
