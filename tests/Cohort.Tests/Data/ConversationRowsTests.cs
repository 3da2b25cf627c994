using Cohort.Data;

namespace Cohort.Tests.Data;

public sealed class ConversationRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("prompt")]
    [InlineData("messages")]
    public void Problem_may_be_a_conversation(string field)
    {
        var problem = Assert.Single(Problems.Read(File(
            $$"""{"{{field}}": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2="}], "answer": 4}""")));
        Assert.Equal(["system", "user"], problem.Turns.Select(turn => turn.Role));
        Assert.Equal("system: Be brief.\nuser: 2+2=", problem.Prompt);
        Assert.Equal("4", problem.Reference);
    }

    [Fact]
    public void Every_message_of_the_assistant_is_a_demonstration_behind_what_came_before()
    {
        var read = Demonstrations.Read(File("""
            {"id": "x", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d", "name": "n"}]}
            {"prompt": "2+2=", "completion": "4"}
            {"prompt": [{"role": "user", "content": "e"}], "completion": "f"}
            """));
        Assert.Equal(["x#1", "x#2", "data.jsonl:2", "data.jsonl:3"], read.Select(pair => pair.Problem.Id));
        Assert.Equal(["b", "d", "4", "f"], read.Select(pair => pair.Completion));
        Assert.Equal([1, 3, 0, 1], read.Select(pair => pair.Problem.Turns.Count));
        Assert.Equal("n", read[1].Answer.Fields["name"].GetString());
        Assert.Equal("f", read[3].Answer.Content);
    }

    [Fact]
    public void Turns_of_one_conversation_stay_in_one_split()
    {
        var lines = Enumerable.Range(0, 200).Select(i =>
            $$"""{"messages": [{"role": "user", "content": "q{{i}}"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "r"}, {"role": "assistant", "content": "z"}]}""");
        var source = ListSource.Of(Demonstrations.Read(File(string.Join('\n', lines))), seed: 1);
        Assert.True(source.IsHeldOut);
        var held = source.HeldOut(Split.Validation, 1000).Concat(source.HeldOut(Split.Test, 1000)).Select(Opening).ToHashSet();
        var trained = Enumerable.Range(0, (int)source.TrainingCount!.Value).Select(i => Opening(source.Training(i))).ToHashSet();
        Assert.Equal(200, held.Count + trained.Count);
        Assert.Empty(held.Intersect(trained));

        static string Opening(Demonstration pair) => pair.Problem.Turns[0].Content;
    }

    [Fact]
    public void Content_may_be_null_beside_calls_of_tools_or_a_list_of_parts()
    {
        var problem = Assert.Single(Problems.Read(File(
            """{"prompt": [{"role": "assistant", "content": null, "tool_calls": [1]}, {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}, {"text": "b"}]}], "answer": ""}""")));
        Assert.Equal(["", "ab"], problem.Turns.Select(turn => turn.Content));
        Assert.Equal(["content", "tool_calls"], problem.Turns[0].Fields.Keys.Order());
    }

    [Theory]
    [InlineData("""{"prompt": [], "answer": 1}""", "line 1: \"prompt\" has no messages")]
    [InlineData("""{"prompt": [3], "answer": 1}""", "line 1: \"prompt[0]\" is number instead of object")]
    [InlineData("""{"prompt": [{"content": "a"}], "answer": 1}""", "line 1: \"prompt[0]\" has no \"role\" that is a string")]
    [InlineData("""{"prompt": [{"role": "user"}], "answer": 1}""", "line 1: \"prompt[0]\" has no \"content\"")]
    [InlineData("""{"prompt": [{"role": "user", "content": 3}], "answer": 1}""", "line 1: the \"content\" of \"prompt[0]\" is number instead of string")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "answer": 1}""", "line 1: \"messages\" ends with the assistant's message; there is nothing to answer")]
    [InlineData("""{"prompt": [{"role": "user", "content": "a", "content": "b"}], "answer": 1}""", "line 1: \"prompt[0]\" has the field \"content\" twice")]
    [InlineData("""{"prompt": [{"role": "user", "content": "a", "x": {"y": 1, "y": 2}}], "answer": 1}""", "line 1: \"prompt[0].x\" has the field \"y\" twice")]
    [InlineData("""{"prompt": [{"role": "user", "content": "a", "\ud800": 1}], "answer": 1}""", "line 1: a field's name in \"prompt[0]\" has half")]
    [InlineData("""{"prompt": [{"role": "user", "content": "a", "x": ["\udc00"]}], "answer": 1}""", "line 1: \"prompt[0].x[0]\" has half a surrogate pair")]
    public void Bad_conversations_are_refused_by_line_and_message(string line, string problem) =>
        Assert.Contains(problem, Assert.Throws<DataException>(() => Problems.Read(File(line))).Message);

    [Theory]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}]}""", "does not end with the assistant's message")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "a"}]}""", "begins with the assistant's message")]
    [InlineData("""{"messages": []}""", "\"messages\" has no messages")]
    public void Conversations_without_something_to_learn_are_refused(string line, string problem) =>
        Assert.Contains(problem, Assert.Throws<DataException>(() => Demonstrations.Read(File(line))).Message);

    private string File(string text)
    {
        var path = _folder.File("data.jsonl");
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
