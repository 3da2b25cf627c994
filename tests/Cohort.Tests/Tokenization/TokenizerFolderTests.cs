using System.Text.Json.Nodes;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

public sealed class TokenizerFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Saved_character_tokenizer_is_loaded_with_the_same_ids()
    {
        const string Alphabet = "z a\n\"\\é漢😀<>\u0301\u0000";
        var saved = new CharacterTokenizer(Alphabet);
        saved.Save(_folder.Path);

        var loaded = Assert.IsType<CharacterTokenizer>(TokenizerFolder.Load(_folder.Path));
        Assert.Equal(Alphabet, loaded.Alphabet);
        Assert.Equal((0, 1, saved.VocabularySize), (loaded.Padding, loaded.EndOfSequence, loaded.VocabularySize));
        Assert.Equal(saved.Encode(Alphabet), loaded.Encode(Alphabet));
        Assert.Equal("z", loaded.Decode([0, 2, 1]));
    }

    [Fact]
    public void Saving_what_was_loaded_gives_the_same_files()
    {
        new CharacterTokenizer("cab").Save(_folder.Path);
        var before = Files();
        TokenizerFolder.Load(_folder.Path).Save(_folder.Path);
        Assert.Equal(before, Files());
    }

    [Fact]
    public void Special_tokens_may_have_any_names_and_ids()
    {
        Write("tokenizer.json", Tokenizer(model => model["vocab"] = new JsonObject { ["a"] = 0, ["b"] = 1 },
            added: [("[STOP]", 2), ("[FILL]", 3), ("[OTHER]", 4)]));
        Write("tokenizer_config.json", """{"eos_token":"[STOP]","pad_token":{"content":"[FILL]","special":true}}""");
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        Assert.Equal((2, 3, 5), (tokenizer.EndOfSequence, tokenizer.Padding, tokenizer.VocabularySize));
        Assert.Equal([1, 0], tokenizer.Encode("ba"));
        Assert.Equal("ba", tokenizer.Decode([4, 1, 0, 2]));
    }

    [Theory]
    [InlineData("""{"eos_token_id":1,"pad_token_id":0}""", 1, 0)]
    [InlineData("""{"eos_token_id":[1,0],"pad_token_id":null}""", 1, 1)]
    public void Special_tokens_come_from_the_model_config_where_the_tokenizer_config_has_none(string config, int endOfSequence, int padding)
    {
        new CharacterTokenizer("ab").Save(_folder.Path);
        Write("tokenizer_config.json", "{}");
        Write("config.json", config);
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        Assert.Equal((endOfSequence, padding), (tokenizer.EndOfSequence, tokenizer.Padding));
    }

    [Theory]
    [InlineData("{}", "{}", "no end-of-sequence token is named; add \"eos_token\" to tokenizer_config.json or \"eos_token_id\" to")]
    [InlineData("""{"eos_token":"</s>"}""", "{}", "names '</s>' as eos_token, but tokenizer.json has no such token")]
    [InlineData("{}", """{"eos_token_id":7}""", "gives 7 as eos_token_id, but the tokenizer's ids are 0 to 3")]
    [InlineData("{}", """{"eos_token_id":[]}""", "tokenizer files are damaged")]
    [InlineData("[]", "{}", "tokenizer files are damaged")]
    [InlineData("{", "{}", "tokenizer_config.json is not JSON")]
    public void Special_tokens_that_are_not_there_are_refused(string tokenizerConfig, string modelConfig, string message)
    {
        new CharacterTokenizer("ab").Save(_folder.Path);
        Write("tokenizer_config.json", tokenizerConfig);
        Write("config.json", modelConfig);
        AssertRefused(message);
    }

    [Fact]
    public void Folder_without_tokenizer_is_refused_with_the_remedy()
    {
        AssertRefused("has no tokenizer.json; a model folder needs one. Copy it from the model's source.");
        Write("tokenizer.model", "x");
        Write("merges.txt", "x");
        AssertRefused("has no tokenizer.json, only tokenizer.model and merges.txt. Make it with Hugging Face's transformers");
    }

    [Fact]
    public void Folder_that_does_not_exist_is_named()
    {
        var error = Assert.Throws<TokenizationException>(() => TokenizerFolder.Load(_folder.File("nowhere")));
        Assert.StartsWith($"There is no folder {_folder.File("nowhere")}", error.Message);
    }

    [Theory]
    [InlineData("model", """{"type":"Unigram","vocab":[["a",-1.5]]}""", "model Unigram is not supported")]
    [InlineData("model", """{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":["a a"]}""", "model BPE with dropout 0.1, which encodes at random")]
    [InlineData("normalizer", """{"type":"Nmt"}""", "normalizer Nmt is not supported")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"Precompiled"}]}""", "normalizer Precompiled is not supported")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"(a)"},"content":"$1"}""", "Replace of a Regex with the content '$1'")]
    [InlineData("pre_tokenizer", """{"type":"UnicodeScripts"}""", "pre_tokenizer UnicodeScripts is not supported")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\p{Han}+"},"behavior":"Isolated","invert":false}""", "has '\\p{Han}'")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Glued","invert":false}""", "behavior Glued is not supported")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[],"special_tokens":{}}""", "without the sequence A")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder WordPiece is not supported")]
    public void Unsupported_part_is_refused_by_name_and_value(string part, string value, string message)
    {
        var root = Tokenizer(model => model["merges"] = new JsonArray("a a"));
        root["model"]!["vocab"]!["aa"] = 1;
        root[part] = JsonNode.Parse(value);
        Write("tokenizer.json", root);
        AssertRefused("tokenizer.json: ");
        AssertRefused(message);
    }

    [Theory]
    [InlineData("unk_token", "\"a\"", "?a", new[] { 0, 0 })]
    [InlineData("merges", "[[\"a\",\"a\"]]", "aaa", new[] { 1, 0 })]
    [InlineData("merges", "[\"#version: 0.2\",\"a a\"]", "aaa", new[] { 1, 0 })]
    [InlineData("ignore_merges", "true", "aa", new[] { 1 })]
    [InlineData("end_of_word_suffix", "\"</w>\"", "aaa", new[] { 0, 0, 2 })]
    public void Model_that_encodes_otherwise_is_no_character_tokenizer(string key, string value, string text, int[] ids)
    {
        var root = Tokenizer(
            model =>
            {
                model["vocab"] = new JsonObject { ["a"] = 0, ["aa"] = 1, ["a</w>"] = 2, ["</e>"] = 3 };
                model[key] = JsonNode.Parse(value);
            },
            [("</e>", 3)]);
        Write("tokenizer.json", root);
        Write("tokenizer_config.json", """{"eos_token":"</e>"}""");
        Assert.Equal(ids, TokenizerFolder.Load(_folder.Path).Encode(text));
    }

    [Theory]
    [InlineData("[\"a b c\"]", "the merge 'a b c' is not two tokens with a space between them")]
    [InlineData("[[\"a\"]]", "[\"a\"] is not a pair of tokens")]
    [InlineData("[\"a z\"]", "'z' is in a merge, but not in the vocabulary")]
    [InlineData("[\"a \"]", "the merge of 'a' and '' joins nothing")]
    public void Merges_that_are_none_are_refused(string merges, string message)
    {
        Write("tokenizer.json", Tokenizer(model => model["merges"] = JsonNode.Parse(merges)));
        AssertRefused(message);
    }

    [Fact]
    public void Special_tokens_come_from_the_map_and_the_generation_config_where_the_others_have_none()
    {
        new CharacterTokenizer("ab").Save(_folder.Path);
        Write("tokenizer_config.json", "{}");
        Write("config.json", """{"pad_token_id":-1}""");
        Write("generation_config.json", """{"eos_token_id":[3,1],"pad_token_id":2}""");
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        Assert.Equal((3, 2), (tokenizer.EndOfSequence, tokenizer.Padding));
        Write("special_tokens_map.json", """{"eos_token":{"content":"<eos>"}}""");
        Assert.Equal(1, TokenizerFolder.Load(_folder.Path).EndOfSequence);
    }

    [Fact]
    public void Post_processor_without_its_token_is_refused()
    {
        var root = Tokenizer(model => model["vocab"] = new JsonObject { ["<eos>"] = 0, ["a"] = 1 }, [("<eos>", 0)]);
        root["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","cls":[],"sep":["a",1]}""");
        Write("tokenizer.json", root);
        AssertRefused("'cls' is []; it must be a token and its id");
    }

    [Fact]
    public void Added_tokens_are_numbered_behind_the_largest_one_or_the_number_of_tokens()
    {
        var root = Tokenizer(model => model["vocab"] = new JsonObject { ["a"] = 0, ["<eos>"] = 7 }, [("<x>", 1), ("<eos>", 7), ("<y>", 2)]);
        Write("tokenizer.json", root);
        var pipeline = TokenizerFolder.LoadPipeline(_folder.Path);
        Assert.Equal((2, 7, 8), (pipeline.IdOf("<x>"), pipeline.IdOf("<eos>"), pipeline.IdOf("<y>")));
    }

    [Fact]
    public void Template_without_special_tokens_is_accepted_as_transformers_saves_it()
    {
        var root = Tokenizer(model => model["vocab"] = new JsonObject { ["<eos>"] = 0, ["a"] = 1 }, [("<eos>", 0)]);
        root["post_processor"] = JsonNode.Parse("""
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{}}
            """);
        Write("tokenizer.json", root);
        Write("tokenizer_config.json", """{"backend":"tokenizers","eos_token":"<eos>","tokenizer_class":"TokenizersBackend"}""");
        Assert.Equal([1, 1], TokenizerFolder.Load(_folder.Path).Encode("aa"));
    }

    [Fact]
    public void Holes_in_the_ids_and_tokens_of_several_characters_are_refused()
    {
        Write("tokenizer_config.json", """{"eos_token":"<eos>"}""");
        Write("tokenizer.json", Tokenizer(
            model => model["vocab"] = new JsonObject { ["<eos>"] = 0, ["a"] = 1, ["b"] = 3 },
            [("<eos>", 0)]));
        AssertRefused("the tokenizer has 3 tokens, but none with id 2; ids must be 0 to 2");
        Write("tokenizer.json", Tokenizer(model => model["vocab"] = new JsonObject { ["<eos>"] = 0, ["ab"] = 1 }, [("<eos>", 0)]));
        AssertRefused("token 'ab' (id 1) of the tokenizer is neither special nor one character");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model":{}""")]
    [InlineData("""{"model":{"type":"BPE"}}""")]
    [InlineData("""{"model":{"type":7}}""")]
    [InlineData("""{"added_tokens":[],"decoder":null,"model":{"type":"BPE","merges":[],"vocab":{"a":-1}}}""")]
    [InlineData("""{"added_tokens":[],"decoder":null,"model":{"type":"BPE","merges":[],"vocab":{"a":2000000000}}}""")]
    [InlineData("""{"model":{"type":"BPE","type":"BPE"}}""")]
    [InlineData("""{"model":{"type":"BPE","merges":7}}""")]
    [InlineData("""{"added_tokens":[],"decoder":{"type":"Fuse"},"model":{"type":"BPE","merges":[],"vocab":[]}}""")]
    [InlineData("""{"added_tokens":[],"decoder":{"type":"Fuse"},"model":{"type":"BPE","merges":[],"vocab":{"a":1.5}}}""")]
    [InlineData("""{"added_tokens":[],"decoder":{"type":"Fuse"},"model":{"type":"BPE","merges":[],"vocab":{"\ud800":0}}}""")]
    [InlineData("""{"added_tokens":[{"id":1}],"decoder":{"type":"Fuse"},"model":{"type":"BPE","merges":[],"vocab":{"a":0}}}""")]
    public void Damaged_tokenizer_is_refused(string content)
    {
        Write("tokenizer.json", content);
        AssertRefused("tokenizer files are damaged");
    }

    private string[] Files() => [.. Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    private void Write(string file, JsonNode content) => Write(file, content.ToJsonString());

    private void Write(string file, string content) => File.WriteAllText(_folder.File(file), content);

    private void AssertRefused(string message)
    {
        var error = Assert.Throws<TokenizationException>(() => TokenizerFolder.Load(_folder.Path));
        Assert.StartsWith(_folder.Path, error.Message);
        Assert.Contains(message, error.Message);
    }

    private static JsonObject Tokenizer(Action<JsonObject> change, (string Content, int Id)[]? added = null)
    {
        var model = new JsonObject { ["type"] = "BPE", ["vocab"] = new JsonObject { ["a"] = 0 }, ["merges"] = new JsonArray() };
        change(model);
        return new()
        {
            ["added_tokens"] = new JsonArray([.. (added ?? []).Select(token =>
                new JsonObject { ["content"] = token.Content, ["id"] = token.Id, ["special"] = true })]),
            ["decoder"] = new JsonObject { ["type"] = "Fuse" },
            ["model"] = model,
        };
    }
}
