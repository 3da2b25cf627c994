using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

/// <summary>
/// Ids and texts of huggingface/tokenizers 0.23.1, over the folders of Golden/tokenizers and those inside COHORT_GOLDEN/tokenizers. A real tokenizer's
/// file is kept compressed, as tokenizer.json.gz.
/// </summary>
public sealed class GoldenTokenizerTests
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden", "tokenizers");

    public static TheoryData<string> Folders() => [.. Roots().SelectMany(Directory.GetDirectories)
        .Where(folder => File.Exists(Path.Combine(folder, "expected.json"))).Order(StringComparer.Ordinal)];

    public static TheoryData<string> ChatFiles() => [.. Roots().Select(root => Path.Combine(root, "chat_templates.json")).Where(File.Exists)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Ids_and_decoded_texts_are_those_of_the_reference(string folder)
    {
        var pipeline = Load(folder);
        using var expected = Parse(Path.Combine(folder, "expected.json"));
        foreach (var example in expected.RootElement.GetProperty("cases").EnumerateArray())
            RequireSame(pipeline, example);
    }

    [Theory]
    [MemberData(nameof(ChatFiles))]
    public void Ids_of_rendered_chats_are_those_of_the_reference(string file)
    {
        using var chats = Parse(file);
        var tokenizer = chats.RootElement.GetProperty("tokenizer").GetString() ?? "";
        var pipeline = Load(Path.Combine(Path.GetDirectoryName(file) ?? "", tokenizer));
        foreach (var example in chats.RootElement.GetProperty("cases").EnumerateArray())
            Assert.Equal(Ids(example, "ids"), pipeline.Encode(Text(example, "rendered"), recognizesSpecial: true, prepends: true));
    }

    // Random normalizers, pre-tokenizers, decoders, post-processors and added tokens; tools/golden/tokenizer_variants.py made them.
    [Fact]
    public void Every_part_of_tokenizer_json_does_what_it_does_in_the_reference()
    {
        using var variants = Parse(Path.Combine(Golden, "variants.json"));
        var cases = 0;
        foreach (var variant in variants.RootElement.EnumerateArray())
        {
            var pipeline = TokenizerJson.Read(variant.GetProperty("tokenizer"));
            foreach (var example in variant.GetProperty("cases").EnumerateArray())
            {
                RequireSame(pipeline, example);
                cases++;
            }
        }

        Assert.InRange(cases, 700, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Continuation_adds_its_text_to_the_decoded_prompt(string folder)
    {
        var pipeline = Load(folder);
        using var expected = Parse(Path.Combine(folder, "expected.json"));
        var texts = expected.RootElement.GetProperty("cases").EnumerateArray().Select(example => Text(example, "text")).ToArray();
        foreach (var text in texts)
            foreach (var prompt in new[] { "Answer:", "x \n", texts[3] })
            {
                List<int> ids = [.. pipeline.Before, .. pipeline.Encode(prompt, recognizesSpecial: false, prepends: true)];
                ids.AddRange(pipeline.Encode(text, recognizesSpecial: false, prepends: false));
                Assert.Equal(Normalized(pipeline, prompt) + Normalized(pipeline, text), pipeline.Decode(ids, skipsSpecial: true));
            }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Text_that_is_data_never_becomes_a_special_token(string folder)
    {
        var pipeline = Load(folder);
        using var file = JsonDocument.Parse(TokenizerBytes(folder));
        foreach (var token in file.RootElement.GetProperty("added_tokens").EnumerateArray().Where(token => token.GetProperty("special").GetBoolean()))
        {
            var (content, id) = (Text(token, "content"), token.GetProperty("id").GetInt32());
            foreach (var text in new[] { content, $"a{content}b", $" {content} {content}" })
            {
                var ids = pipeline.Encode(text, recognizesSpecial: false, prepends: true);
                Assert.DoesNotContain(id, ids);
                Assert.Contains(id, pipeline.Encode(text, recognizesSpecial: true, prepends: true));
                Assert.Equal(text, pipeline.Decode(ids, skipsSpecial: true));
            }
        }
    }

    private static void RequireSame(TokenizerPipeline pipeline, JsonElement example)
    {
        var text = Text(example, "text");
        var bare = pipeline.Encode(text, recognizesSpecial: true, prepends: true);
        int[] ids = [.. pipeline.Before, .. bare, .. pipeline.Behind];
        Assert.Equal(Ids(example, "ids"), ids);
        Assert.Equal(Ids(example, "ids_without_special"), bare);
        Assert.Equal(Text(example, "decoded_skip_special"), pipeline.Decode(ids, skipsSpecial: true));

        // The files of the real tokenizers decode the ids without what stands around the sequence.
        var kept = Text(example, "decoded_keep_special");
        Assert.Contains(kept, new[] { pipeline.Decode(ids, skipsSpecial: false), pipeline.Decode(bare, skipsSpecial: false) });

        RequireStreamed(pipeline, ids);
    }

    private static void RequireStreamed(TokenizerPipeline pipeline, int[] ids)
    {
        var stream = new PipelineDecoding(pipeline, skipsSpecial: true);
        var whole = pipeline.Decode(ids, skipsSpecial: true);
        var streamed = new StringBuilder();
        foreach (var id in ids)
        {
            streamed.Append(stream.Next(id));
            Assert.StartsWith(streamed.ToString(), whole, StringComparison.Ordinal);
            Assert.False(streamed.Length > 0 && char.IsHighSurrogate(streamed[^1]));
        }

        Assert.Equal(whole, streamed.Append(stream.End()).ToString());
    }

    // What decoding cannot undo: NFC, and a "▁" of the text itself, which SentencePiece's way takes for a space.
    private static string Normalized(TokenizerPipeline pipeline, string text) => pipeline.Normalizer is UnicodeNormalizer normalizer
        ? normalizer.Apply(text, prepends: false)
        : pipeline.Decoder is ByteLevelDecoder ? text : text.Replace('▁', ' ');

    private static TokenizerPipeline Load(string folder)
    {
        using var file = JsonDocument.Parse(TokenizerBytes(folder));
        return TokenizerJson.Read(file.RootElement);
    }

    private static byte[] TokenizerBytes(string folder)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(path))
            return File.ReadAllBytes(path);
        using var unzipped = new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress);
        var bytes = new MemoryStream();
        unzipped.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static IEnumerable<string> Roots()
    {
        var further = Path.Combine(Environment.GetEnvironmentVariable("COHORT_GOLDEN") ?? "", "tokenizers");
        return Path.IsPathRooted(further) && Directory.Exists(further) ? [Golden, further] : [Golden];
    }

    private static JsonDocument Parse(string path) => JsonDocument.Parse(File.ReadAllBytes(path));

    private static int[] Ids(JsonElement example, string key) => [.. example.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];

    private static string Text(JsonElement example, string key) => example.GetProperty(key).GetString() ?? "";
}
