using Cohort.Data;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Tests.Data;

public sealed class PreferencesTests : IDisposable
{
    private const string User = """{"role": "user", "content": "2+2="}""";
    private const string Good = """{"role": "assistant", "content": "4"}""";
    private const string Bad = """{"role": "assistant", "content": "5"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_two_conversations_share_is_the_prompt()
    {
        var pair = Assert.Single(Preferences.Read(File(
            $$"""{"id": "x", "chosen": [{"role": "system", "content": "s"}, {{User}}, {{Good}}], "rejected": [{"role": "system", "content": "s"}, {{User}}, {{Bad}}], "margin": 0.5, "level": 3}""")));

        Assert.Equal(("x", "system: s\nuser: 2+2=", "4"), (pair.Problem.Id, pair.Problem.Prompt, pair.Problem.Reference));
        Assert.Equal([("system", "s"), ("user", "2+2=")], pair.Problem.Turns.Select(turn => (turn.Role, turn.Content)));
        Assert.Equal(("4", "5", 0.5), (pair.Chosen, pair.Rejected, pair.Margin));
        Assert.Equal(["level"], pair.Problem.Fields.Keys);
    }

    [Fact]
    public void All_forms_may_stand_in_one_file()
    {
        var read = Preferences.Read(File(
            """{"prompt": "2+2=", "chosen": "4", "rejected": 5}""",
            $$"""{"prompt": "2+2=", "chosen": [{{Good}}], "rejected": [{{Bad}}]}""",
            $$"""{"prompt": [{{User}}], "chosen": [{{Good}}], "rejected": [{{Bad}}]}""",
            $$"""{"prompt": [{{User}}], "chosen": "4", "rejected": "5"}""",
            $$"""{"chosen": [{{User}}, {{Good}}], "rejected": [{{User}}, {{Bad}}]}""",
            $$"""{"prompt": "2+2=", "chosen": [{{User}}, {{Good}}], "rejected": [{{User}}, {{Bad}}], "messages": [{{User}}, {{Good}}]}"""));

        Assert.Equal(["2+2=", .. Enumerable.Repeat("user: 2+2=", 5)], read.Select(pair => pair.Problem.Prompt));
        Assert.Equal([0, 1, 1, 1, 1, 1], read.Select(pair => pair.Problem.Turns.Count));
        Assert.All(read, pair => Assert.Equal(("4", "5"), (pair.Chosen, pair.Rejected)));
        Assert.Equal(["messages"], read[5].Problem.Fields.Keys);
    }

    [Fact]
    public void Conversations_may_be_longer_and_differ_in_a_field_that_is_no_text()
    {
        var asked = $$"""{{User}}, {{Good}}, {"role": "user", "content": "and the weather?"}""";
        var pair = Assert.Single(Preferences.Read(File(
            $$"""{"chosen": [{{asked}}, {"role": "assistant", "content": null, "tool_calls": [1]}], "rejected": [{{asked}}, {"role": "assistant", "content": null, "tool_calls": [2]}]}""")));

        Assert.Equal(3, pair.Problem.Turns.Count);
        Assert.Equal([1, 2], new[] { pair.ChosenAnswer, pair.RejectedAnswer }.Select(turn => turn.Fields["tool_calls"][0].GetInt32()));
    }

    [Fact]
    public void Messages_reach_the_chat_template_with_their_fields()
    {
        var pair = Assert.Single(Preferences.Read(File(
            $$"""{"prompt": [{{User}}], "chosen": [{"role": "assistant", "content": "4", "mood": "glad"}], "rejected": [{{Bad}}]}""")));
        var template = new ChatTemplate(
            "{% for m in messages %}{{ m.content }}{{ m.mood }}<end>{% endfor %}{% if add_generation_prompt %}{% endif %}", new Dictionary<string, string>());
        var tokenizer = new ChatTokenizer("<end>");
        var rows = EncodedPair.Of(pair, new PromptEncoder(tokenizer, template, ChatUse.Auto, system: ""));

        Assert.Equal("2+2=<end>", tokenizer.Decode(rows.Chosen.Prompt));
        Assert.Equal(("4glad<end>", "5<end>"), (tokenizer.Decode(rows.Chosen.Response), tokenizer.Decode(rows.Rejected.Response)));
    }

    [Theory]
    [InlineData("[USER, GOOD]", "[USER, GOOD]", "", "line 1: \"chosen\" and \"rejected\" are the same, which teaches nothing")]
    [InlineData("[USER, GOOD]", "[USER, USER]", "", "line 1: \"rejected\" does not end with the assistant's message")]
    [InlineData("[USER, GOOD]", "\"5\"", "", "line 1: \"rejected\" is no list of messages, but the other completion is; write both in one way")]
    [InlineData("[USER, GOOD]", "[]", "", "line 1: \"rejected\" has no messages")]
    [InlineData("[USER, GOOD]", "[{\"role\": \"user\", \"content\": \"2+3=\"}, BAD]", "",
        "line 1: \"chosen\" has 2 messages and \"rejected\" 2, of which the first 0 are the same; all but the last must be")]
    [InlineData("[USER, GOOD]", "[USER, BAD, USER, GOOD]", "",
        "line 1: \"chosen\" has 2 messages and \"rejected\" 4, of which the first 1 are the same; all but the last must be")]
    [InlineData("[USER, GOOD]", "[USER, GOOD, USER, BAD]", "",
        "line 1: \"chosen\" has 2 messages and \"rejected\" 4, of which the first 2 are the same; all but the last must be")]
    [InlineData("[USER, GOOD, GOOD]", "[USER, GOOD, BAD]", "", "line 1: the last two messages of \"chosen\" are the assistant's; there is nothing to answer")]
    [InlineData("[GOOD]", "[BAD]", "", "line 1: no \"prompt\"")]
    [InlineData("[GOOD]", "[BAD]", "\"prompt\": [GOOD], ", "line 1: \"prompt\" ends with the assistant's message; there is nothing to answer")]
    [InlineData("[USER, GOOD]", "[USER, BAD]", "\"prompt\": [USER], ",
        "line 1: with \"prompt\" as a list of messages, \"chosen\" must be one message instead of 2")]
    [InlineData("[USER, GOOD]", "[USER, BAD]", "\"prompt\": \"2+3=\", ",
        "line 1: \"prompt\" is none of the messages that \"chosen\" and \"rejected\" begin with")]
    public void Conversations_that_are_no_comparison_are_refused(string chosen, string rejected, string prompt, string problem)
    {
        var line = $$"""{{{prompt}}"chosen": {{chosen}}, "rejected": {{rejected}}}""".Replace("USER", User).Replace("GOOD", Good).Replace("BAD", Bad);

        var message = Assert.Throws<DataException>(() => Preferences.Read(File(line))).Message;
        Assert.StartsWith($"{_folder.File("pairs.jsonl")} has 1 error:\n  {problem}\n", message);
    }

    private string File(params string[] lines)
    {
        var path = _folder.File("pairs.jsonl");
        System.IO.File.WriteAllLines(path, lines);
        return path;
    }
}
