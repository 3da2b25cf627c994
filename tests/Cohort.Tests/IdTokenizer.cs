using Cohort.Tokenization;

namespace Cohort.Tests;

/// <summary>Texts are token ids with spaces between them; 0 is padding and 1 the end of sequence.</summary>
internal sealed class IdTokenizer(int vocabularySize, int endOfSequence = 1) : Tokenizer
{
    public override int VocabularySize => vocabularySize;

    public override int EndOfSequence => endOfSequence;

    public override int Padding => 0;

    public override IReadOnlyList<int> Encode(string text) => text.Split(' ').Select(int.Parse).ToArray();

    public override string Decode(IEnumerable<int> ids) => string.Join(' ', ids.Where(id => id > 1));

    public override void Save(string folder) => throw new NotSupportedException();
}
