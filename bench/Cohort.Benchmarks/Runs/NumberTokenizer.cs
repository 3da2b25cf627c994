using Cohort.Tokenization;

namespace Cohort.Benchmarks.Runs;

/// <summary>Texts are token ids with spaces between them; no token ends a sequence.</summary>
internal sealed class NumberTokenizer(int vocabularySize) : Tokenizer
{
    public override int VocabularySize => vocabularySize;

    public override int EndOfSequence => -1;

    public override int Padding => 0;

    public override IReadOnlyList<int> Encode(string text) => [.. text.Split(' ').Select(int.Parse)];

    public override string Decode(IEnumerable<int> ids) => string.Join(' ', ids);

    public override void Save(string folder) => throw new NotSupportedException("A benchmark writes no model.");
}
