using System.Globalization;
using Cohort.Data;

namespace Cohort.Tests.Data;

/// <summary>Files of more than 32 MiB, whose rows stay on disk.</summary>
public sealed class StreamedRowsTests : IDisposable
{
    private const int Rows = 40_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("large.jsonl")]
    [InlineData("large.csv")]
    public void Rows_of_a_large_file_are_those_of_a_small_one_and_are_not_held_in_memory(string name)
    {
        var path = Write(name, Rows);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var problems = Problems.Read(path);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.InRange(new FileInfo(path).Length, RowFile.LargestHeld + 1, long.MaxValue);
        Assert.InRange(held, long.MinValue, 4 << 20);
        Assert.Equal(Rows, problems.Count);
        foreach (var index in new[] { 0, 1, 12_345, Rows - 1 })
        {
            var row = problems[index];
            Assert.Equal(($"{name}:{index + 2}", Prompt(index), $"{index * 3}"), (row.Id, row.Prompt, row.Reference));
            Assert.Equal(900, row.Fields["more"].GetString()!.Length);
        }

        Assert.Equal(Enumerable.Range(0, Rows).Select(Prompt), problems.Select(row => row.Prompt));
    }

    [Fact]
    public void Splits_and_order_are_those_of_the_same_rows_in_memory()
    {
        var problems = Problems.Read(Write("large.jsonl", Rows));
        var (streamed, inMemory) = (ListSource.Of(problems, seed: 3), ListSource.Of([.. problems], seed: 3));
        Assert.Equal(inMemory.TrainingCount, streamed.TrainingCount);
        Assert.Equal(inMemory.HeldOut(Split.Test, 50).Select(Said), streamed.HeldOut(Split.Test, 50).Select(Said));
        Assert.Equal(Numbers(inMemory), Numbers(streamed));
        Assert.Equal(inMemory.Notices, streamed.Notices);

        static IEnumerable<string> Numbers(ListSource<Problem> source) => Enumerable.Range(31_990, 30).Select(cursor => Said(source.Training(cursor)));
        static string Said(Problem row) => $"{row.Id} {row.Prompt} {row.Reference}";
    }

    [Fact]
    public void Every_answer_of_a_conversation_is_found_again()
    {
        var path = _folder.File("chats.jsonl");
        var filler = new string('x', 4_000);
        File.WriteAllLines(path, Enumerable.Range(0, 9_000).Select(i =>
            $$"""{"id": "c{{i}}", "messages": [{"role": "user", "content": "{{filler}}"}, {"role": "assistant", "content": "a{{i}}"}, """
            + $$"""{"role": "user", "content": "q"}, {"role": "assistant", "content": "b{{i}}"}]}"""));
        var shown = Demonstrations.Read(path);
        Assert.Equal(18_000, shown.Count);
        Assert.Equal(("c7000#1", "a7000"), (shown[14_000].Problem.Id, shown[14_000].Completion));
        Assert.Equal(("c7000#2", "b7000"), (shown[14_001].Problem.Id, shown[14_001].Completion));
    }

    [Fact]
    public void Bad_lines_of_a_large_file_are_skipped_and_repeated_ids_are_found()
    {
        var path = Write("large.jsonl", Rows);
        File.AppendAllText(path, "{\"id\": \"large.jsonl:7\", \"prompt\": \"a\", \"answer\": 1}\n{\"prompt\": \"last\", \"answer\": 2}");
        Assert.Contains($"line {Rows + 2}: \"id\" is the id of an earlier line", Assert.Throws<DataException>(() => Problems.Read(path)).Message);
        var rows = Problems.Read(path, new FieldNames(), skipBadLines: true);
        Assert.Equal((Rows + 1, "last"), (rows.Count, rows[^1].Prompt));
    }

    [Fact]
    public void A_file_that_changes_while_it_is_in_use_is_refused()
    {
        var path = Write("large.jsonl", Rows);
        var problems = Problems.Read(path);
        Assert.Equal(Prompt(5), problems[5].Prompt);
        File.AppendAllText(path, "\n");
        var message = Assert.Throws<DataException>(() => problems[5]).Message;
        Assert.StartsWith($"{path} was changed while it was in use (", message);
        Assert.EndsWith("put the old file back and go on with --resume, or begin a new run.", message);
    }

    [Fact]
    public void The_rows_of_a_large_table_outlive_its_file_and_leave_no_file_behind()
    {
        var path = Write("large.csv", Rows);
        var before = Directory.GetFiles(Path.GetTempPath(), "cohort-*").ToHashSet();
        var problems = Problems.Read(path);
        File.Delete(path);
        Assert.Equal(Prompt(39_000), problems[39_000].Prompt);
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "cohort-*").Except(before));
    }

    private static string Prompt(int index) => string.Create(CultureInfo.InvariantCulture, $"ü{index}+{index * 2}=");

    private string Write(string name, int rows)
    {
        var path = _folder.File(name);
        var filler = new string('m', 900);
        var isTable = name.EndsWith("csv", StringComparison.Ordinal);
        File.WriteAllLines(path, Enumerable.Range(0, rows)
            .Select(i => isTable ? $"{Prompt(i)},{i * 3},{filler}" : $$"""{"prompt": "{{Prompt(i)}}", "answer": {{i * 3}}, "more": "{{filler}}"}""")
            .Prepend(isTable ? "prompt,answer,more" : ""));
        return path;
    }
}
