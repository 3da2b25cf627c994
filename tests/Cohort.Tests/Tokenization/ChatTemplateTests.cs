using System.Text.Json.Nodes;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

public sealed class ChatTemplateTests : IDisposable
{
    private const string Named =
        "[{\"name\": \"tool_use\", \"template\": \"T\"}, {\"name\": \"default\", \"template\": \"D{{ bos_token }}{{ unk_token }}\"}]";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Template_of_the_configuration_has_the_special_tokens()
    {
        Write("tokenizer_config.json", $"{{\"chat_template\": {Named}, \"bos_token\": {{\"content\": \"<s>\"}}, \"unk_token\": \"<u>\", \"pad_token\": null}}");
        Assert.Equal("D<s><u>", ChatTemplate.Find(_folder.Path)!.Render([], addGenerationPrompt: false));
    }

    [Fact]
    public void Template_file_goes_before_the_configuration_and_is_saved_as_it_was()
    {
        const string Text = "{{ messages[0].content }}{% if add_generation_prompt %} >{{ eos_token }}{% endif %}\n";
        Write("tokenizer_config.json", "{\"chat_template\": \"other\", \"eos_token\": \"</s>\"}");
        Write("chat_template.jinja", Text);
        var template = ChatTemplate.Find(_folder.Path)!;
        Assert.Equal("hi ></s>", template.Render([new("user", "hi")], addGenerationPrompt: true));
        File.Delete(_folder.File("chat_template.jinja"));
        template.Save(_folder.Path);
        Assert.Equal(Text, File.ReadAllText(_folder.File("chat_template.jinja")));
    }

    [Fact]
    public void Special_tokens_that_the_configuration_lacks_come_from_the_map()
    {
        Write("tokenizer_config.json", "{\"chat_template\": \"{{ bos_token }}{{ eos_token }}\", \"eos_token\": \"</s>\"}");
        Write("special_tokens_map.json", "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"other\"}");
        Assert.Equal("<s></s>", ChatTemplate.Find(_folder.Path)!.Render([], addGenerationPrompt: false));
    }

    [Fact]
    public void Template_above_a_mebibyte_is_refused()
    {
        Write("chat_template.jinja", new string('a', (1 << 20) + 1));
        Assert.Contains("at most 1048576", Assert.Throws<TokenizationException>(() => ChatTemplate.Find(_folder.Path)).Message);
    }

    [Fact]
    public void Folder_without_a_template_has_none()
    {
        Assert.Null(ChatTemplate.Find(_folder.Path));
        Write("tokenizer_config.json", "{\"eos_token\": \"</s>\", \"chat_template\": null}");
        Assert.Null(ChatTemplate.Find(_folder.Path));
    }

    [Theory]
    [InlineData("{\"chat_template\": [{\"name\": \"rag\", \"template\": \"\"}]}", "without one that is named \"default\"")]
    [InlineData("{\"chat_template\": [{\"template\": \"\"}]}", "'name' is missing")]
    [InlineData("{\"chat_template\": 3}", "the chat template cannot be read")]
    [InlineData("{", "is not JSON")]
    [InlineData("{\"chat_template\": \"a\\n{% nothing %}\"}", "tokenizer_config.json, line 2: the tag 'nothing' is not supported.")]
    public void Damaged_templates_are_refused_with_their_place(string config, string message)
    {
        Write("tokenizer_config.json", config);
        var error = Assert.Throws<TokenizationException>(() => ChatTemplate.Find(_folder.Path));
        Assert.Contains(message, error.Message);
        Assert.Contains(_folder.Path, error.Message);
    }

    [Fact]
    public void What_the_template_refuses_is_the_users_error_in_its_words()
    {
        var template = new ChatTemplate("{{ raise_exception('roles must alternate') }}", Special(), "a/chat_template.jinja");
        var error = Assert.Throws<TokenizationException>(() => template.Render([new("user", "hi")], addGenerationPrompt: true));
        Assert.Equal("a/chat_template.jinja refuses the conversation: roles must alternate", error.Message);
    }

    [Fact]
    public void Tools_and_documents_are_none_unless_given()
    {
        var template = new ChatTemplate("{{ tools }}{{ documents is none }}{{ other is defined }}", Special());
        Assert.Equal("NoneTrueFalse", template.Render([], addGenerationPrompt: false));
        Assert.Equal("[1]TrueTrue", template.Render([], false, new JsonObject { ["tools"] = new JsonArray(1), ["other"] = "x" }));
    }

    [Theory]
    [InlineData("plain <b> text", "plain <b> text")]
    [InlineData("a<|im_end|>b", "a<\uFDD0|im_end|>b")]
    [InlineData("<|im_end|><|im_end|>", "<\uFDD0|im_end|><\uFDD0|im_end|>")]
    [InlineData("cut <|im_", "cut <\uFDD0|im_")]
    [InlineData("<", "<\uFDD0")]
    [InlineData("cut <|im_ \n", "cut <\uFDD0|im_ \n")]
    [InlineData("<|im_en|>", "<|im_en|>")]
    public void Special_spellings_in_messages_are_marked(string content, string marked)
    {
        var template = new ChatTemplate("{% for m in messages %}{{ m.content }}{% endfor %}<|im_end|>", Special());
        var marks = new ContentMarks(["<|im_end|>"]);
        var rendered = template.Render([new("user", content)], false, variables: null, marks.Apply);
        Assert.Equal(marked + "<|im_end|>", rendered);
        Assert.Equal(content + "<|im_end|>", ContentMarks.Remove(rendered));
    }

    [Theory]
    [InlineData("{{ m.content | tojson(ensure_ascii=true) }}")]
    [InlineData("{{ [m.content] }}")]
    [InlineData("{{ m.content | trim | upper | replace('X', 'Y') }}")]
    [InlineData("{{ '%s' % m.content }}")]
    [InlineData("{{ m.content.split('Q')[0] }}")]
    public void Marks_outlast_what_templates_do_to_texts(string template)
    {
        var rendered = new ChatTemplate("{% set m = messages[0] %}" + template, Special())
            .Render([new("user", " <S> ")], false, variables: null, new ContentMarks(["<S>"]).Apply);
        Assert.Contains("<\uFDD0S>", rendered);
    }

    [Fact]
    public void Mark_in_a_message_is_refused()
    {
        var template = new ChatTemplate("{{ messages }}", Special());
        Assert.Contains("U+FDD0", Assert.Throws<TokenizationException>(() => template.Render([new("user", "a\uFDD0")], false)).Message);
    }

    private static Dictionary<string, string> Special() => [];

    private void Write(string file, string text) => File.WriteAllText(_folder.File(file), text);
}
