using System.Text;
using Cohort.Tokenization;

namespace Cohort.Tests;

/// <summary>Token i is the i-th piece, in bytes, so that a character may lie in several tokens; an empty piece is a special token.</summary>
internal sealed class ByteTokenizer(params byte[][] pieces) : Tokenizer
{
    public override int VocabularySize => pieces.Length;

    public override int EndOfSequence => 1;

    public override int Padding => 0;

    public static ByteTokenizer Of(params string[] pieces) => new([.. pieces.Select(Encoding.UTF8.GetBytes)]);

    public override IReadOnlyList<int> Encode(string text) => throw new NotSupportedException();

    public override string Decode(IEnumerable<int> ids) => Encoding.UTF8.GetString([.. ids.SelectMany(id => pieces[id])]);

    public override void Save(string folder) => throw new NotSupportedException();
}
