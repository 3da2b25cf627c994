using Cohort.Tokenization;

namespace Cohort.Tests;

/// <summary>A character's token is its code; special tokens stand from 70000 on and are recognized in rendered conversations alone.</summary>
internal sealed class ChatTokenizer(params string[] specials) : Tokenizer
{
    private const int First = 70_000;

    public override int VocabularySize => First + specials.Length;

    public override int EndOfSequence => 1;

    public override int Padding => 0;

    public override IReadOnlyCollection<string> SpecialSpellings => specials;

    public override IReadOnlyList<int> Encode(string text) => [.. text.Select(unit => (int)unit)];

    public override IReadOnlyList<int> EncodePrompt(string text) => [2, .. Encode(text)];

    public override IReadOnlyList<int> EncodeRendered(string text, bool begins)
    {
        var ids = new List<int>();
        for (var at = 0; at < text.Length;)
        {
            var special = Array.FindIndex(specials, spelling => string.CompareOrdinal(text, at, spelling, 0, spelling.Length) == 0);
            ids.Add(special < 0 ? text[at] : First + special);
            at += special < 0 ? 1 : specials[special].Length;
        }

        return ids;
    }

    public override string Decode(IEnumerable<int> ids) =>
        string.Concat(ids.Where(id => id > 2).Select(id => id < First ? ((char)id).ToString() : specials[id - First]));

    public override void Save(string folder) => throw new NotSupportedException();
}
