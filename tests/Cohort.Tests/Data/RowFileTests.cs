using System.Diagnostics;
using Cohort.Data;
using Cohort.Training;

namespace Cohort.Tests.Data;

public sealed class RowFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Layout_of_gsm8k_needs_no_field_names()
    {
        var path = File("""{"question": "How many?", "answer": "2+3=5\n#### 5"}""");
        var problem = Assert.Single(Problems.Read(path));
        var shown = Assert.Single(Demonstrations.Read(path));
        Assert.Equal(("How many?", "2+3=5\n#### 5"), (problem.Prompt, problem.Reference));
        Assert.Equal(("How many?", "2+3=5\n#### 5"), (shown.Problem.Prompt, shown.Completion));
        Assert.Empty(problem.Fields);
    }

    [Fact]
    public void Usual_names_come_before_their_stand_ins()
    {
        var problem = Assert.Single(Problems.Read(File("""{"question": "q", "solution": "s", "answer": "a", "prompt": "p"}""")));
        Assert.Equal(("p", "a"), (problem.Prompt, problem.Reference));
        Assert.Equal(["question", "solution"], problem.Fields.Keys);
        Assert.Equal("s", Assert.Single(Problems.Read(File("""{"question": "q", "solution": "s"}"""))).Reference);
    }

    [Fact]
    public void Named_fields_are_read_instead_of_the_usual_ones()
    {
        var names = new FieldNames { Prompt = "ask", Answer = "gold", Completion = "say", Chosen = "good", Rejected = "bad", Margin = "by", Id = "key" };
        var path = File("""{"ask": "a", "gold": 5, "say": "five", "good": "g", "bad": "b", "by": 2.5, "key": "k", "prompt": "not this", "id": "nor this"}""");
        var problem = Assert.Single(Problems.Read(path, names, skipBadLines: false));
        var shown = Assert.Single(Demonstrations.Read(path, names, skipBadLines: false));
        var pair = Assert.Single(Preferences.Read(path, names, skipBadLines: false));
        Assert.Equal(("k", "a", "5"), (problem.Id, problem.Prompt, problem.Reference));
        Assert.Equal(("k", "a", "5", "five"), (shown.Problem.Id, shown.Problem.Prompt, shown.Problem.Reference, shown.Completion));
        Assert.Equal(("k", "a", "g", "b", 2.5), (pair.Problem.Id, pair.Problem.Prompt, pair.Chosen, pair.Rejected, pair.Margin));
        Assert.Equal(["say", "good", "bad", "by", "prompt", "id"], problem.Fields.Keys);
    }

    [Theory]
    [InlineData("Prompt", "no \"x\"")]
    [InlineData("Answer", "no \"x\"")]
    [InlineData("Id", "no \"x\"")]
    public void Named_field_that_a_line_lacks_is_refused(string field, string expected)
    {
        var names = field switch
        {
            "Prompt" => new FieldNames { Prompt = "x" },
            "Answer" => new FieldNames { Answer = "x" },
            _ => new FieldNames { Id = "x" },
        };
        var path = File("""{"prompt": "p", "answer": "a", "id": "i"}""");
        Assert.Contains(expected, Assert.Throws<DataException>(() => Problems.Read(path, names, skipBadLines: false)).Message);
        Assert.Contains(expected, Assert.Throws<DataException>(() => Demonstrations.Read(path, names, skipBadLines: false)).Message);
    }

    [Fact]
    public void Margin_that_is_named_must_be_there()
    {
        var path = File("""{"prompt": "p", "chosen": "a", "rejected": "b"}""");
        Assert.Equal(0, Assert.Single(Preferences.Read(path)).Margin);
        Assert.Contains("no \"by\"", Assert.Throws<DataException>(() => Preferences.Read(path, new FieldNames { Margin = "by" }, skipBadLines: false)).Message);
    }

    [Fact]
    public void Further_fields_are_kept_for_rewards()
    {
        var path = File("""{"prompt": "p", "answer": "a", "target": 24, "numbers": [3, 8]}""");
        var fields = Assert.Single(Problems.Read(path)).Fields;
        Assert.Equal(24, fields["target"].GetInt32());
        Assert.Equal([3, 8], fields["numbers"].EnumerateArray().Select(number => number.GetInt32()));
        Assert.Equal(["target", "numbers"], Assert.Single(Demonstrations.Read(path)).Problem.Fields.Keys);
    }

    [Theory]
    [InlineData("""{"prompt": "p", "answer": "a", "x": "\ud800"}""", "line 1: \"x\" has half a surrogate pair")]
    [InlineData("""{"prompt": "p", "answer": "a", "x": {"y": 1, "y": 2}}""", "line 1: \"x\" has the field \"y\" twice")]
    public void Further_fields_that_a_reward_could_not_read_are_refused(string line, string expected) =>
        Assert.Contains(expected, Assert.Throws<DataException>(() => Problems.Read(File(line))).Message);

    [Fact]
    public void Bad_lines_are_skipped_and_counted_where_asked()
    {
        var path = File("""
            {"prompt": "a", "answer": 1}
            {"prompt": 3}
            {"prompt": "b", "answer": 2}
            not JSON
            """);
        var rows = Problems.Read(path, new FieldNames(), skipBadLines: true);
        Assert.Equal(["a", "b"], rows.Select(problem => problem.Prompt));
        var notice = Assert.Single(rows.Notices);
        Assert.StartsWith($"{path}: bad lines skipped: 2; 2 rows are left.", notice);
        Assert.Contains("line 2: no \"answer\"", notice);
        Assert.Contains("line 4, column 2: not JSON", notice);
    }

    [Fact]
    public void A_file_of_bad_lines_alone_is_refused_even_where_they_are_skipped() =>
        Assert.Contains("has 1 error", Assert.Throws<DataException>(() => Problems.Read(File("[1]"), new FieldNames(), skipBadLines: true)).Message);

    [Theory]
    [InlineData("""{"prompt": "p", "answer": "a", "p\ud800": 1}""", "line 1: a field's name in \"the line\" has half a surrogate pair in its escapes")]
    [InlineData("""{"p\udc00": 1, "p\udc00": 2, "prompt": "p", "answer": "a"}""", "line 1: a field's name in \"the line\" has half a surrogate pair")]
    [InlineData("""{"prompt": "p", "answer": "a", "ans\u0077er": "b"}""", "line 1: has the field \"answer\" twice")]
    [InlineData("""{"prompt": "p", "x": 1, "answer": "a", "x": 1}""", "line 1: has the field \"x\" twice")]
    public void Names_that_cannot_be_read_or_come_twice_make_a_bad_line(string line, string expected)
    {
        Assert.Contains(expected, Assert.Throws<DataException>(() => Problems.Read(File(line))).Message);
        var path = File($$"""
            {"prompt": "good", "answer": 1}
            {{line}}
            """);
        var rows = Problems.Read(path, new FieldNames(), skipBadLines: true);
        Assert.Equal("good", Assert.Single(rows).Prompt);
        Assert.StartsWith($"{path}: bad lines skipped: 1; 1 rows are left.", Assert.Single(rows.Notices));
        Assert.Contains("bad lines skipped: 1", Assert.Single(Demonstrations.Read(path, new FieldNames(), skipBadLines: true).Notices));
    }

    [Fact]
    public void A_bad_line_does_not_take_its_id_from_a_good_one()
    {
        var path = File("""
            {"id": "a", "prompt": 3, "answer": 1}
            {"id": "a", "prompt": "good", "answer": 2}
            {"id": "a", "prompt": "late", "answer": 3}
            """);
        var rows = Problems.Read(path, new FieldNames(), skipBadLines: true);
        Assert.Equal("good", Assert.Single(rows).Prompt);
        Assert.Contains("line 3: \"id\" is the id of an earlier line", Assert.Single(rows.Notices));
    }

    [Theory]
    [InlineData("1e300", "1e300")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("1000000.5", "1000000.5")]
    [InlineData("\"one and a half, or what the annotators of the second round agreed on\"", "one and a half, or what the annotators …")]
    public void A_margin_that_no_score_could_keep_is_refused_and_quoted_in_short(string margin, string quoted) =>
        Assert.Contains(
            $"line 1: \"margin\" is {quoted} instead of a number from 0 to 1e6\n",
            Assert.Throws<DataException>(
                () => Preferences.Read(File($$"""{"prompt": "p", "chosen": "a", "rejected": "b", "margin": {{margin}}}"""))).Message);

    [Theory]
    [InlineData("pipe", "{\"prompt\": \"a\", \"answer\": 1}\n{\"prompt\": \"b\", \"answer\": 2}\n")]
    [InlineData("pipe.csv", "prompt,answer\na,1\nb,2\n")]
    public void A_pipe_is_read_once_and_refused_as_the_data_of_a_run(string name, string text)
    {
        Assert.Equal(["a", "b"], Piped(name, text, path => Problems.Read(path)).Select(problem => problem.Prompt));
        var message = Assert.Throws<DataException>(() => Piped(name, text, path => new FileData { Path = path }.Read(Problems.Read))).Message;
        Assert.EndsWith("is a pipe, but a run reads its data again: to know them by their SHA-256, and to go on. Write them to a file first.", message);
    }

    [Fact]
    public void A_pipe_of_Parquet_is_refused() =>
        Assert.EndsWith(
            "is a pipe, and a Parquet file is read from its end; write it to a file first.",
            Assert.Throws<DataException>(() => Piped("pipe.parquet", "PAR1", path => Problems.Read(path))).Message);

    [Fact]
    public void A_line_of_100_MB_is_one_bad_line_and_not_held_in_memory()
    {
        var path = _folder.File("long.jsonl");
        using (var stream = System.IO.File.Create(path))
        {
            stream.Write("{\"prompt\": \"a\", \"answer\": 1}\n{\"prompt\": \""u8);
            var part = new byte[1_000_000];
            Array.Fill(part, (byte)'x');
            for (var i = 0; i < 100; i++)
                stream.Write(part);
            stream.Write("\", \"answer\": 2}\n{\"prompt\": \"b\", \"answer\": 3}"u8);
        }

        var message = Assert.Throws<DataException>(() => Problems.Read(path)).Message;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = Problems.Read(path, new FieldNames(), skipBadLines: true);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Contains("has 1 error:\n  line 2: longer than 64 MiB\n", message);
        Assert.Equal(["a", "b"], rows.Select(problem => problem.Prompt));
        Assert.InRange(allocated, 0, 300 << 20);
    }

    // Opening either end of such a pipe waits for the other.
    private FileRows<Problem> Piped(string name, string text, Func<string, FileRows<Problem>> read)
    {
        var (path, source) = (_folder.File(name), _folder.File("source"));
        System.IO.File.WriteAllText(source, text);
        System.IO.File.Delete(path);
        using (var making = Process.Start("mkfifo", [path]))
            making.WaitForExit();
        using var writing = Process.Start("sh", ["-c", "cat \"$1\" > \"$2\" 2> /dev/null", "sh", source, path]);
        try
        {
            return read(path);
        }
        finally
        {
            writing.WaitForExit();
        }
    }

    private string File(string text)
    {
        var path = _folder.File("data.jsonl");
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
