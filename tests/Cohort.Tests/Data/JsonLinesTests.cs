using Cohort.Data;

namespace Cohort.Tests.Data;

public sealed class JsonLinesTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"cohort-{Guid.NewGuid():N}.jsonl");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Problems_are_read_behind_a_byte_order_mark_and_with_CRLF()
    {
        File.WriteAllText(_path, """
            {"prompt": "2+2=", "answer": 4}

              {"id": "x", "prompt": "ü½ \ud83c\udf89", "answer": " four "}
            {"id": 7, "prompt": "c", "answer": 1.50}
            """.ReplaceLineEndings("\r\n"), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal(
            [
                new Problem($"{Path.GetFileName(_path)}:1", "2+2=", "4"),
                new Problem("x", "ü½ \ud83c\udf89", " four "),
                new Problem("7", "c", "1.50"),
            ],
            Problems.Read(_path));
    }

    [Fact]
    public void Demonstrations_take_the_completion_or_else_the_answer()
    {
        File.WriteAllText(_path, """
            {"id": "a", "prompt": "2+2=", "completion": "2+2 is 4", "answer": 4}
            {"id": "b", "prompt": "2+3=", "completion": "5"}
            {"id": "c", "prompt": "2+4=", "answer": 6}
            """);

        Assert.Equal(
            [
                new Demonstration(new Problem("a", "2+2=", "4"), "2+2 is 4"),
                new Demonstration(new Problem("b", "2+3=", "5"), "5"),
                new Demonstration(new Problem("c", "2+4=", "6"), "6"),
            ],
            Demonstrations.Read(_path));
    }

    [Theory]
    [InlineData("{\"prompt\": \"ü\", answer: 4}", "line 2, column 17: not JSON: 'a' is an invalid start of a property name")]
    [InlineData("{\"prompt\": \"a\"", "line 2, column 15: not JSON: ")]
    [InlineData("{\"prompt\": \"a\", \"answer\": 1} {}", "line 2, column 30: not JSON: ")]
    [InlineData("prompt,answer", "line 2, column 1: not JSON: ")]
    [InlineData("[1]", "line 2: a JSON Array instead of an object")]
    [InlineData("{\"answer\": 4}", "line 2: no \"prompt\"")]
    [InlineData("{\"prompt\": \"a\"}", "line 2: no \"answer\"")]
    [InlineData("{\"prompt\": 3, \"answer\": 4}", "line 2: \"prompt\" is number instead of string")]
    [InlineData("{\"prompt\": \"a\", \"answer\": null}", "line 2: \"answer\" is null instead of string or number")]
    [InlineData("{\"prompt\": \"\", \"answer\": 4}", "line 2: \"prompt\" is empty")]
    [InlineData("{\"prompt\": \"\\ud800\", \"answer\": 4}", "line 2: \"prompt\" has half a surrogate pair")]
    [InlineData("{\"prompt\": \"a\", \"answer\": 4, \"p\\ud800\": 1}", "line 2: a field's name in \"the line\" has half a surrogate pair")]
    [InlineData("{\"\\udc00prompt\": \"a\", \"prompt\": \"a\", \"answer\": 4}", "line 2: a field's name in \"the line\" has half a surrogate pair")]
    [InlineData("{\"prompt\": \"a\", \"answer\": 4, \"answer\": 5}", "line 2: has the field \"answer\" twice")]
    [InlineData("{\"prompt\": \"a\", \"answer\": 4, \"x\": 5, \"\\u0078\": 5}", "line 2: has the field \"x\" twice")]
    [InlineData("{\"id\": \"used\", \"prompt\": \"a\", \"answer\": 4}", "line 2: \"id\" is the id of an earlier line")]
    [InlineData("{\"id\": true, \"prompt\": \"a\", \"answer\": 4}", "line 2: \"id\" is true instead of string or number")]
    public void A_bad_line_is_named_with_what_is_wrong_and_the_rule(string line, string expected)
    {
        File.WriteAllText(_path, "{\"id\": \"used\", \"prompt\": \"a\", \"answer\": 1}\n" + line);

        var message = Assert.Throws<DataException>(() => Problems.Read(_path)).Message;

        Assert.StartsWith($"{_path} has 1 error:", message);
        Assert.Contains(expected, message);
        Assert.Contains("Every line must be a JSON object such as {\"prompt\": \"2+2=\", \"answer\": 4}", message);
        Assert.EndsWith("Mend these lines, name their fields by data.fields (evaluate: --field), or leave them out with --skip-bad-lines.", message);
    }

    [Fact]
    public void Five_errors_are_shown_and_the_others_counted()
    {
        File.WriteAllLines(_path, Enumerable.Repeat("{\"prompt\": \"a\"}", 8));

        var message = Assert.Throws<DataException>(() => Problems.Read(_path)).Message;

        Assert.Contains("has 8 errors", message);
        Assert.Contains("line 5: no \"answer\"\n  and 3 more", message);
        Assert.DoesNotContain("line 6", message);
    }

    [Fact]
    public void A_demonstration_without_completion_and_answer_is_one_error()
    {
        File.WriteAllText(_path, "{\"prompt\": \"a\"}");

        var message = Assert.Throws<DataException>(() => Demonstrations.Read(_path)).Message;

        Assert.Contains("has 1 error:\n  line 1: no \"completion\"\n", message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n  \n\t\n")]
    public void A_file_without_data_says_so(string text)
    {
        File.WriteAllText(_path, text);

        Assert.StartsWith($"{_path} has no lines of data.", Assert.Throws<DataException>(() => Problems.Read(_path)).Message);
    }

    [Fact]
    public void A_file_that_cannot_be_read_says_so()
    {
        Assert.Contains(_path, Assert.Throws<DataException>(() => Problems.Read(_path)).Message);
        Assert.Contains("cannot be read", Assert.Throws<DataException>(() => Problems.Read(Path.GetTempPath())).Message);
        Assert.Contains("cannot be read", Assert.Throws<DataException>(() => Problems.Read("")).Message);
    }

    [Fact]
    public void A_file_in_another_encoding_says_so()
    {
        File.WriteAllBytes(_path, [.. "{\"prompt\": \"caf"u8, 0xE9, .. "\", \"answer\": 4}"u8]);

        Assert.Contains("is not UTF-8", Assert.Throws<DataException>(() => Problems.Read(_path)).Message);
    }
}
