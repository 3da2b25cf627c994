using System.Text.Json;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Tokenization;

namespace Cohort.Tests.Rewards;

public sealed class RewardMessageTests
{
    private static readonly Completion Answered = new(0, 0, [1], [2, 3, 4, 5, 1], [-0.5f, -0.5f, -0.5f, -0.5f, -0.5f], FinishReason.Stop, "né!");

    // é is two tokens, the end of sequence a special one.
    private static readonly ByteTokenizer Bytes = new([], [], "n"u8.ToArray(), [0xC3], [0xA9], "!"u8.ToArray());

    [Fact]
    public void Pieces_have_one_text_per_token_and_are_the_whole_response()
    {
        Assert.Equal(["n", "", "é", "!", ""], RewardMessage.Pieces(Bytes, Answered.ResponseTokens));
        Assert.Equal(["n", "\ufffd"], RewardMessage.Pieces(Bytes, [2, 3]));
    }

    [Fact]
    public void Request_has_the_messages_and_fields_of_the_problem_as_they_are()
    {
        var fields = JsonDocument.Parse("""{"level": 3, "tags": ["a", null], "completion": "not this"}""").RootElement.EnumerateObject();
        var problem = Problem.OfTurns("p1", [new("system", "Be\nbrief."), new("user", "How many?") { Fields = Fields("""{"name": "Ann"}""") }], "5") with
        {
            Fields = fields.ToDictionary(field => field.Name, field => field.Value),
        };
        var sent = Read(RewardMessage.Request("1f", problem, Answered, ["n", "é!"]));

        Assert.Equal(["id", "prompt", "messages", "completion", "reference", "fields", "pieces"], sent.EnumerateObject().Select(field => field.Name));
        Assert.Equal("1f", sent.GetProperty("id").GetString());
        Assert.Equal("system: Be\nbrief.\nuser: How many?", sent.GetProperty("prompt").GetString());
        Assert.Equal(
            """[{"role":"system","content":"Be\nbrief."},{"role":"user","content":"How many?","name":"Ann"}]""",
            sent.GetProperty("messages").GetRawText());
        Assert.Equal("né!", sent.GetProperty("completion").GetString());
        Assert.Equal("""{"level":3,"tags":["a",null],"completion":"not this"}""", sent.GetProperty("fields").GetRawText());
        Assert.Equal(["n", "é!"], sent.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()));
    }

    [Fact]
    public void Content_of_a_message_that_is_not_a_text_stands_once()
    {
        var turn = new ChatTurn("user", "a picture") { Fields = Fields("""{"content": [{"type": "text", "text": "a"}]}""") };
        var sent = Read(RewardMessage.Request("1f", Problem.OfTurns("p1", [turn], "5"), Answered, []));

        Assert.Equal("""[{"role":"user","content":[{"type":"text","text":"a"}]}]""", sent.GetProperty("messages").GetRawText());
        Assert.False(sent.TryGetProperty("pieces", out _));
    }

    [Fact]
    public void Request_of_a_plain_prompt_has_no_messages() =>
        Assert.False(Read(RewardMessage.Request("1f", new Problem("p1", "2+3=", "5"), Answered, [])).TryGetProperty("messages", out _));

    private static Dictionary<string, JsonElement> Fields(string json) =>
        JsonDocument.Parse(json).RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value);

    private static JsonElement Read(byte[] request)
    {
        Assert.All(request, unit => Assert.InRange(unit, 32, 126));
        return JsonDocument.Parse(request, new() { AllowDuplicateProperties = false }).RootElement;
    }
}
