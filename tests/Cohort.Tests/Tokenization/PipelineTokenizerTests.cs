using System.Diagnostics;
using System.Text.Json;
using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

/// <summary>Tokenizers that were read from tokenizer.json, used as the rest of the library uses them.</summary>
public sealed class PipelineTokenizerTests : IDisposable
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prompt_begins_with_what_post_processing_puts_first_and_a_continuation_with_nothing()
    {
        var tokenizer = Load("llama2_style", "</s>");
        var (prompt, continuation) = (tokenizer.EncodePrompt("the <s>"), tokenizer.Encode("the"));
        Assert.Equal((1, 354), (prompt[0], prompt[1])); // <s> ▁
        Assert.DoesNotContain(1, prompt.Skip(1));
        Assert.NotEqual(354, continuation[0]);
        Assert.Equal("the <s>the", tokenizer.Decode([.. prompt, .. continuation]));
        Assert.Equal(1, tokenizer.EncodeRendered("<s>the", begins: true)[0]);
        Assert.Equal("<s> the", tokenizer.DecodeWithSpecial(tokenizer.EncodeRendered("<s>the", begins: true)));
    }

    [Fact]
    public void Added_token_that_is_not_special_is_recognized_in_data_and_kept_in_decoded_text()
    {
        var tokenizer = Load("qwen2_style", "<|im_end|>");
        var ids = tokenizer.Encode("<think>a</think><|im_end|>");
        Assert.Equal((423, 424), (ids[0], ids[2]));
        Assert.DoesNotContain(422, ids);
        Assert.Equal("<think>a</think><|im_end|>", tokenizer.Decode(ids));
        Assert.Equal("<think>", tokenizer.Decode([423, 422]));
        Assert.Equal("<think><|im_end|>", tokenizer.DecodeWithSpecial([423, 422]));
    }

    [Fact]
    public void Expressions_have_one_deadline_for_a_whole_text()
    {
        File.Copy(Path.Combine(Golden, "qwen2_style", "tokenizer.json"), _folder.File("tokenizer.json"));
        var pipeline = TokenizerFolder.LoadPipeline(_folder.Path) with { Clock = new LeapingClock() };
        var error = Assert.Throws<TokenizationException>(() => pipeline.Encode("one two three four", recognizesSpecial: false, prepends: false));
        Assert.Contains("took more than 20 s on one text", error.Message);
    }

    [Fact]
    public void Ids_beyond_the_vocabulary_are_skipped_and_negative_ones_refused()
    {
        var tokenizer = Load("qwen2_style", "<|im_end|>");
        Assert.Equal(425, tokenizer.VocabularySize);
        Assert.Equal(tokenizer.Decode(tokenizer.Encode("ab")), tokenizer.Decode([.. tokenizer.Encode("a"), 425, 151_935, .. tokenizer.Encode("b")]));
        Assert.Equal("ids", Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1])).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Stream().Next(-1));
    }

    [Theory]
    [InlineData("gpt2_style", "<|endoftext|>")]
    [InlineData("llama2_style", "</s>")]
    public void Streamed_pieces_never_hold_half_a_character(string name, string endOfSequence)
    {
        var tokenizer = Load(name, endOfSequence);
        var stream = tokenizer.Stream();
        var pieces = tokenizer.Encode("a🧿é b").Select(stream.Next).Append(stream.End()).ToArray();
        Assert.Equal("a🧿é b", string.Concat(pieces));
        Assert.All(pieces, piece => Assert.DoesNotContain('\uFFFD', piece));
        Assert.Contains("", pieces);
    }

    [Theory]
    [InlineData("gpt2_style", new[] { 173, 253 }, "\uFFFD")] // a first byte of four, then nothing
    [InlineData("llama2_style", new[] { 243, 162 }, "\uFFFD\uFFFD")] // each byte for itself
    public void Half_a_character_at_the_end_is_shown_as_the_reference_shows_it(string name, int[] ids, string shown)
    {
        var tokenizer = Load(name, name == "gpt2_style" ? "<|endoftext|>" : "</s>");
        ids = name == "gpt2_style" ? [.. tokenizer.Encode("🧿").Take(1)] : ids;
        var stream = tokenizer.Stream();
        Assert.All(ids, id => Assert.Equal("", stream.Next(id)));
        Assert.Equal(shown, stream.End());
        Assert.Equal(shown, tokenizer.Decode(ids));
    }

    [Fact]
    public void Saved_files_are_the_loaded_ones_byte_for_byte()
    {
        var tokenizer = Load("llama3_style", "<|eot_id|>");
        File.WriteAllText(_folder.File("special_tokens_map.json"), """{ "eos_token": "<|eot_id|>" }""");
        tokenizer = TokenizerFolder.Load(_folder.Path);
        using var saved = new TemporaryFolder();
        tokenizer.Save(saved.Path);
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json" })
            Assert.Equal(File.ReadAllBytes(_folder.File(file)), File.ReadAllBytes(saved.File(file)));
        Assert.Equal(tokenizer.Encode("It's 12345"), TokenizerFolder.Load(saved.Path).Encode("It's 12345"));
    }

    // A million characters that nothing divides: quadratic merging would take an hour.
    [Theory]
    [InlineData("llama2_style", "</s>")]
    [InlineData("gpt2_style", "<|endoftext|>")]
    public void Long_text_without_spaces_takes_seconds_and_comes_back(string name, string endOfSequence)
    {
        var tokenizer = Load(name, endOfSequence);
        var random = Seeds.Sequence(5, Purpose.Demonstrations, step: 0, row: 0);
        foreach (var alphabet in new[] { "e", "theinraso" })
        {
            var text = string.Create(1_000_000, alphabet, (characters, from) =>
            {
                foreach (ref var character in characters)
                    character = from[random.Next(from.Length)];
            });
            var clock = Stopwatch.StartNew();
            var ids = tokenizer.Encode(text);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
            Assert.Equal(text, tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Cutting_a_long_text_where_no_pair_joins_changes_no_id()
    {
        var tokenizer = Load("llama2_style", "</s>");
        const string Words = "the quick brown fox, 12 + 34; naïve 日本 🧿 ";
        var (one, ten) = (tokenizer.Encode(Words), tokenizer.Encode(string.Concat(Enumerable.Repeat(Words, 10))));
        Assert.Equal(tokenizer.Decode(one).Length * 10, tokenizer.Decode(ten).Length);

        // The reference's ids of this text, which is longer than a segment that is kept.
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Golden, "llama2_style", "expected.json")));
        var longest = expected.RootElement.GetProperty("cases").EnumerateArray().MaxBy(example => example.GetProperty("text").GetString()!.Length);
        Assert.Equal(
            longest.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()),
            tokenizer.EncodePrompt(longest.GetProperty("text").GetString()!));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.StartsWith(
            "U+D83D at position 1 is half of a surrogate pair",
            Assert.Throws<TokenizationException>(() => Load("gpt2_style", "<|endoftext|>").Encode("b\ud83d")).Message);

    // Bytes changed, cut out and doubled: a tokenizer or a refusal, and texts that come through either way.
    [Theory]
    [InlineData("gpt2_style")]
    [InlineData("llama2_style")]
    [InlineData("llama3_style")]
    public void Damaged_file_is_refused_or_read_but_never_breaks_the_reader(string name)
    {
        var source = File.ReadAllBytes(Path.Combine(Golden, name, "tokenizer.json"));
        var refused = 0;
        for (var row = 0; row < 1500; row++)
        {
            File.WriteAllBytes(_folder.File("tokenizer.json"), Damaged(source, Seeds.Sequence(11, Purpose.Demonstrations, step: 0, row)));
            try
            {
                var pipeline = TokenizerFolder.LoadPipeline(_folder.Path);
                pipeline.Decode(pipeline.Encode("It's 12 é🧿<s>", recognizesSpecial: true, prepends: true), skipsSpecial: true);
            }
            catch (TokenizationException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 300, 1500);
    }

    private static byte[] Damaged(byte[] source, RandomSequence random)
    {
        var bytes = source.ToList();
        for (var change = 1 + random.Next(3); change > 0; change--)
        {
            var (at, length) = (random.Next(bytes.Count), 1 + random.Next(29));
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = (byte)"{}[]\",:0123456789-.eE"[random.Next(21)]; break;
                case 2: bytes.RemoveRange(at, Math.Min(length, bytes.Count - at)); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(length, bytes.Count - at))); break;
            }
        }

        return [.. bytes];
    }

    private Tokenizer Load(string name, string endOfSequence)
    {
        File.Copy(Path.Combine(Golden, name, "tokenizer.json"), _folder.File("tokenizer.json"), overwrite: true);
        File.WriteAllText(_folder.File("tokenizer_config.json"), $$"""{ "eos_token": "{{endOfSequence}}" }""");
        return TokenizerFolder.Load(_folder.Path);
    }
}
