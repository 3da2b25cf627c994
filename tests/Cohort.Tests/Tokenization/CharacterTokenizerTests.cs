using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

public sealed class CharacterTokenizerTests
{
    [Fact]
    public void Ids_are_padding_then_end_of_sequence_then_the_alphabet_in_its_order()
    {
        var tokenizer = new CharacterTokenizer("ba c");
        Assert.Equal((0, 1, 6), (tokenizer.Padding, tokenizer.EndOfSequence, tokenizer.VocabularySize));
        Assert.Equal([3, 2, 4, 5, 2], tokenizer.Encode("ab cb"));
        Assert.Equal("ba c", tokenizer.Alphabet);
    }

    [Fact]
    public void Repeated_characters_of_the_alphabet_count_once()
    {
        var tokenizer = new CharacterTokenizer("hello hero");
        Assert.Equal("helo r", tokenizer.Alphabet);
        Assert.Equal(8, tokenizer.VocabularySize);
    }

    [Fact]
    public void Character_outside_the_basic_plane_is_one_token()
    {
        var tokenizer = new CharacterTokenizer("a😀é");
        Assert.Equal([3, 2, 4], tokenizer.Encode("😀aé"));
        Assert.Equal("é😀", tokenizer.Decode([4, 3]));
    }

    [Fact]
    public void Decoding_skips_special_tokens_and_ids_beyond_the_vocabulary() =>
        Assert.Equal("ab", new CharacterTokenizer("ab").Decode([0, 2, 1, 3, 0, 4, 99]));

    [Fact]
    public void Negative_id_is_refused() =>
        Assert.Equal("ids", Assert.Throws<ArgumentOutOfRangeException>(() => new CharacterTokenizer("ab").Decode([2, -1])).ParamName);

    [Fact]
    public void Spelled_out_special_token_is_encoded_as_its_characters()
    {
        var tokenizer = new CharacterTokenizer("<eos>pad");
        Assert.Equal([2, 3, 4, 5, 6], tokenizer.Encode("<eos>"));
        Assert.Equal("a<eos><pad>", tokenizer.Decode(tokenizer.Encode("a<eos><pad>")));
    }

    [Fact]
    public void Empty_text_has_no_tokens()
    {
        Assert.Empty(new CharacterTokenizer("ab").Encode(""));
        Assert.Equal("", new CharacterTokenizer("ab").Decode([]));
    }

    [Theory]
    [InlineData("a?b", "Character '?' (U+003F) at position 1 is not in the tokenizer's alphabet of 3 characters, \"ab😀\".")]
    [InlineData("😀é", "Character 'é' (U+00E9) at position 2")]
    [InlineData("a\n", "Character U+000A at position 1")]
    public void Unknown_character_is_named_with_its_place(string text, string message)
    {
        var error = Assert.Throws<TokenizationException>(() => new CharacterTokenizer("ab😀").Encode(text));
        Assert.StartsWith(message, error.Message);
        Assert.Contains("Take it out of the text", error.Message);
    }

    [Fact]
    public void Message_about_an_unknown_character_shows_the_beginning_of_a_large_alphabet()
    {
        var alphabet = "\n" + string.Concat(Enumerable.Range(0x4E00, 1000).Select(code => (char)code));
        var error = Assert.Throws<TokenizationException>(() => new CharacterTokenizer(alphabet).Encode("a"));
        Assert.Contains("alphabet of 1001 characters, \"\\u000A一丁", error.Message);
        Assert.InRange(error.Message.Length, 200, 400);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_in_a_text_and_in_an_alphabet()
    {
        var text = Assert.Throws<TokenizationException>(() => new CharacterTokenizer("ab\uFFFD").Encode("b\ud83d"));
        Assert.StartsWith("U+D83D at position 1 is half of a surrogate pair", text.Message);
        var alphabet = Assert.Throws<TokenizationException>(() => new CharacterTokenizer("a\ude00"));
        Assert.StartsWith("U+DE00 at position 1 is half of a surrogate pair", alphabet.Message);
    }

    [Fact]
    public void Random_texts_over_the_alphabet_come_back()
    {
        var alphabet = "ab 0\n\té漢😀\u0301<>\\\"";
        var tokenizer = new CharacterTokenizer(alphabet);
        var runes = alphabet.EnumerateRunes().ToArray();
        for (var row = 0; row < 300; row++)
        {
            var random = Seeds.Sequence(3, Purpose.Demonstrations, step: 0, row);
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => runes[random.Next(runes.Length)].ToString()));
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
            Assert.Equal(text.EnumerateRunes().Count(), tokenizer.Encode(text).Count);
        }
    }
}
