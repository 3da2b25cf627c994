using System.Text;
using Cohort.Data;

namespace Cohort.Tests.Data;

public sealed class CsvRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Problems_are_read_behind_a_byte_order_mark_with_CRLF_and_newlines_in_quotes()
    {
        var path = File("data.csv", "\uFEFFprompt,answer,level\r\n2+2=,4,1\r\n\r\n\"a \"\"b\"\",\r\nü\",5.50,\r\n");
        var problems = Problems.Read(path);
        Assert.Equal([("data.csv:2", "2+2=", "4"), ("data.csv:4", "a \"b\",\r\nü", "5.50")], problems.Select(row => (row.Id, row.Prompt, row.Reference)));
        Assert.Equal("1", problems[0].Fields["level"].GetString());
        Assert.Empty(problems[1].Fields);
    }

    [Fact]
    public void Demonstrations_and_preferences_are_read_with_named_columns()
    {
        var path = File("DATA.CSV", "ask,say,worse,by\n2+2=,4,5,0.25\n");
        var names = new FieldNames { Prompt = "ask", Completion = "say", Chosen = "say", Rejected = "worse", Margin = "by" };
        Assert.Equal(("2+2=", "4"), Demonstrations.Read(path, names, skipBadLines: false) is [var shown] ? (shown.Problem.Prompt, shown.Completion) : default);
        Assert.Equal(("4", "5", 0.25), Preferences.Read(path, names, skipBadLines: false) is [var pair] ? (pair.Chosen, pair.Rejected, pair.Margin) : default);
    }

    [Fact]
    public void Tabs_separate_the_cells_of_a_tsv_file()
    {
        var problem = Assert.Single(Problems.Read(File("data.tsv", "prompt\tanswer\n1,000+1=\t1,001")));
        Assert.Equal(("1,000+1=", "1,001"), (problem.Prompt, problem.Reference));
    }

    [Theory]
    [InlineData("a,1,2", "line 3: 3 cells, but the first line names 2 columns; quote a cell that holds a separator")]
    [InlineData("a", "line 3: 1 cells, but the first line names 2 columns")]
    [InlineData("a,", "line 3: no \"answer\"")]
    [InlineData(",1", "line 3: no \"prompt\"")]
    [InlineData("\"a\" b,1", "line 3: a cell goes on behind its closing quotation mark")]
    [InlineData("a \"b\",1", "line 3: a quotation mark stands in a cell that is not quoted")]
    public void A_bad_line_is_named_and_can_be_skipped(string line, string expected)
    {
        var path = File("data.csv", $"prompt,answer\nx,0\n{line}\ny,9\n");
        var message = Assert.Throws<DataException>(() => Problems.Read(path)).Message;
        Assert.StartsWith($"{path} has 1 error:\n  {expected}", message);
        Assert.Contains(
            "The first line must name its columns once, and every other row must give in them, as texts, the fields of an object such as {", message);

        var rows = Problems.Read(path, new FieldNames(), skipBadLines: true);
        Assert.Equal(["x", "y"], rows.Select(problem => problem.Prompt));
        Assert.StartsWith($"{path}: bad lines skipped: 1; 2 rows are left.\n  {expected}", Assert.Single(rows.Notices));
    }

    [Fact]
    public void A_quotation_mark_that_is_never_closed_is_one_bad_row() =>
        Assert.Contains(
            "has 1 error:\n  line 2: a cell's quotation mark is never closed\n",
            Assert.Throws<DataException>(() => Problems.Read(File("data.csv", "prompt,answer\n\"a,1\nb,2\n"))).Message);

    [Fact]
    public void Bytes_that_are_not_UTF8_are_a_bad_line()
    {
        var path = _folder.File("data.csv");
        System.IO.File.WriteAllBytes(path, [.. "prompt,answer\ncaf"u8, 0xE9, .. ",1\nb,2\n"u8]);
        Assert.Contains("line 2: is not UTF-8; save the file as UTF-8\n", Assert.Throws<DataException>(() => Problems.Read(path)).Message);
        Assert.Equal("b", Assert.Single(Problems.Read(path, new FieldNames(), skipBadLines: true)).Prompt);
    }

    [Theory]
    [InlineData("", "has no lines of data.")]
    [InlineData("\n\r\n  \n", "has no lines of data.")]
    [InlineData("prompt,answer\n", "has no lines of data.")]
    [InlineData("prompt,answer,prompt\na,b,c", "line 1: the column \"prompt\" is named 2 times. The first line must name every column once")]
    [InlineData("\n\"prompt,answer\na,b", "line 2: a cell's quotation mark is never closed. The first line must name every column once")]
    public void A_file_that_is_no_table_says_so(string text, string expected)
    {
        var path = File("data.csv", text);
        Assert.Contains(expected, Assert.Throws<DataException>(() => Problems.Read(path)).Message);
    }

    [Fact]
    public void A_cell_of_100_MB_is_refused_and_not_held_in_memory()
    {
        var path = _folder.File("long.csv");
        using (var stream = System.IO.File.Create(path))
        {
            stream.Write("prompt,answer\na,1\nb,\""u8);
            for (var i = 0; i < 100; i++)
                stream.Write(Encoding.UTF8.GetBytes(new string('x', 1_000_000)));
            stream.Write("\"\nc,3\n"u8);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Assert.Throws<DataException>(() => Problems.Read(path)).Message;
        Assert.StartsWith($"{path} has a row of more than 64 MiB behind line 2; close its quotation mark, or shorten it.", message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400 << 20);
    }

    private string File(string name, string text)
    {
        System.IO.File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }
}
