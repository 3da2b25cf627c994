using System.Text.Json;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

/// <summary>Our files as Hugging Face's libraries read them; tools/golden/huggingface.py made what is expected.</summary>
public sealed class HuggingFaceGoldenTests
{
    private const string Alphabet = "abdenopst 019+*=().,!?'\"\\\n\t<>é漢😀\u0301\u00A0\u2028\u007F";

    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden", "huggingface", "character-tokenizer");

    [Fact]
    public void Saved_folder_is_the_one_that_was_tried()
    {
        using var folder = new TemporaryFolder();
        new CharacterTokenizer(Alphabet).Save(folder.Path);
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json" })
            Assert.Equal(File.ReadAllText(Path.Combine(Golden, file)), File.ReadAllText(folder.File(file)));
    }

    [Fact]
    public void Ids_and_decoded_texts_are_those_of_the_transformers_library()
    {
        var tokenizer = TokenizerFolder.Load(Golden);
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden, "expected.json")));
        Assert.Equal(expected.RootElement.GetProperty("end_of_sequence").GetInt32(), tokenizer.EndOfSequence);
        Assert.Equal(expected.RootElement.GetProperty("padding").GetInt32(), tokenizer.Padding);
        Assert.Equal(expected.RootElement.GetProperty("vocabulary_size").GetInt32(), tokenizer.VocabularySize);
        foreach (var example in expected.RootElement.GetProperty("cases").EnumerateArray())
        {
            var ids = tokenizer.Encode(example.GetProperty("text").GetString() ?? "");
            Assert.Equal(example.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), ids);
            var decoded = tokenizer.Decode([tokenizer.Padding, .. ids, tokenizer.EndOfSequence]);
            Assert.Equal(example.GetProperty("decoded").GetString(), decoded);
        }
    }
}
