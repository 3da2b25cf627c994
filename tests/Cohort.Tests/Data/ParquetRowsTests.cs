using System.Text.Json.Serialization;
using Cohort.Data;
using Parquet;
using Parquet.Serialization;

namespace Cohort.Tests.Data;

public sealed class ParquetRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Problems_are_read_with_their_types_over_several_row_groups()
    {
        var path = await Write(
            new Row { Prompt = "2+2=", Answer = 4, Level = 2.5, IsHard = true, Numbers = [3, 8] },
            new Row { Prompt = "ü\n½", Answer = 5 },
            new Row { Prompt = "c", Answer = -9_007_199_254_740_993 });

        var problems = Problems.Read(path);

        Assert.Equal(
            [("data.parquet:1", "2+2=", "4"), ("data.parquet:2", "ü\n½", "5"), ("data.parquet:3", "c", "-9007199254740993")],
            problems.Select(row => (row.Id, row.Prompt, row.Reference)));
        Assert.Equal(2.5, problems[0].Fields["level"].GetDouble());
        Assert.True(problems[0].Fields["hard"].GetBoolean());
        Assert.Equal([3, 8], problems[0].Fields["numbers"].EnumerateArray().Select(number => number.GetInt32()));
        Assert.False(problems[1].Fields.ContainsKey("level"));
    }

    // The file is written by tools/golden/parquet_rows.py from the format's specification.
    [Fact]
    public void A_file_of_another_writer_is_read()
    {
        var problems = Problems.Read(Path.Combine(AppContext.BaseDirectory, "Golden/parquet/rows.parquet"));
        Assert.Equal([("2+2=", "4"), ("line\nbreak", "-7"), ("\ud83c\udf89", "9007199254740993")], problems.Select(row => (row.Prompt, row.Reference)));
        Assert.Equal(["sum", "käse"], problems[0].Fields["tags"].EnumerateArray().Select(tag => tag.GetString()!));
        Assert.Equal((0.5, -1.25), (problems[0].Fields["level"].GetDouble(), problems[2].Fields["level"].GetDouble()));
        Assert.Equal((0, false), (problems[1].Fields["tags"].GetArrayLength(), problems[1].Fields.ContainsKey("level")));
    }

    [Fact]
    public async Task Dates_and_times_are_texts_as_in_ISO_8601()
    {
        var path = _folder.File("dates.parquet");
        await using (var stream = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(
                [
                    new Dated
                    {
                        Answer = new DateTime(2024, 3, 1, 0, 0, 0, DateTimeKind.Utc),
                        Changed = new DateTime(2024, 3, 1, 14, 5, 9, 250, DateTimeKind.Utc),
                        Day = new DateOnly(1969, 12, 30),
                    },
                ],
                stream);
        }

        var problem = Assert.Single(Problems.Read(path));
        Assert.Equal("2024-03-01", problem.Reference);
        Assert.Equal(
            ["2024-03-01T14:05:09.2500000", "1969-12-30"], new[] { "changed", "day" }.Select(name => problem.Fields[name].GetString()!));
    }

    [Fact]
    public async Task A_list_of_messages_is_a_conversation()
    {
        var path = _folder.File("chat.parquet");
        await using (var stream = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(
                [
                    new Chat { Messages = [new() { Role = "user", Content = "2+2=" }, new() { Role = "assistant", Content = "4" }] },
                    new Chat
                    {
                        Messages =
                        [
                            new() { Role = "system", Content = "s" }, new() { Role = "user", Content = "q" }, new() { Role = "assistant", Content = "a" },
                        ],
                    },
                ],
                stream);
        }

        var shown = Demonstrations.Read(path);
        Assert.Equal(["user: 2+2=", "system: s\nuser: q"], shown.Select(row => row.Problem.Prompt));
        Assert.Equal(["4", "a"], shown.Select(row => row.Completion));
        Assert.Empty(shown[0].Problem.Turns[0].Fields);
    }

    [Fact]
    public async Task Two_lists_of_messages_are_a_preference()
    {
        var path = _folder.File("pairs.parquet");
        await using (var stream = File.Create(path))
        {
            await ParquetSerializer.SerializeAsync(
                [
                    new Pair
                    {
                        Chosen = [new() { Role = "user", Content = "2+2=" }, new() { Role = "assistant", Content = "4" }],
                        Rejected = [new() { Role = "user", Content = "2+2=" }, new() { Role = "assistant", Content = "5" }],
                    },
                ],
                stream);
        }

        var pair = Assert.Single(Preferences.Read(path));
        Assert.Equal(("user: 2+2=", "4", "5"), (pair.Problem.Prompt, pair.Chosen, pair.Rejected));
    }

    [Fact]
    public async Task A_bad_row_is_named_by_its_number_and_can_be_skipped()
    {
        var path = await Write(new Row { Prompt = "a", Answer = 1 }, new Row { Prompt = "b" }, new Row { Prompt = "", Answer = 3 });
        var message = Assert.Throws<DataException>(() => Problems.Read(path)).Message;
        Assert.StartsWith($"{path} has 2 errors:\n  row 2: no \"answer\"\n  row 3: \"prompt\" is empty\n", message);
        Assert.Contains("Every row must give in its columns the fields of an object such as {", message);
        var rows = Problems.Read(path, new FieldNames(), skipBadLines: true);
        Assert.Equal("a", Assert.Single(rows).Prompt);
        Assert.StartsWith($"{path}: bad rows skipped: 2; 1 rows are left.", Assert.Single(rows.Notices));
    }

    [Fact]
    public async Task A_file_without_rows_says_so()
    {
        var path = await Write();
        Assert.StartsWith($"{path} has no rows of data.", Assert.Throws<DataException>(() => Problems.Read(path)).Message);
    }

    [Fact]
    public async Task A_damaged_file_says_so_wherever_the_damage_is()
    {
        var whole = await File.ReadAllBytesAsync(await Write(
            [.. Enumerable.Range(0, 40).Select(i => new Row { Prompt = $"prompt {i}", Answer = i, Numbers = [i, i + 1] })]));
        var path = _folder.File("bad.parquet");
        Refused([]);
        Refused([.. "prompt,answer\n2+2=,4\n"u8]);
        Refused(whole[..^1]);
        Refused(whole[..(whole.Length / 2)]);

        // A changed byte may go unseen in a value; it never ends in another exception, and never in a hang.
        var random = new Random(5);
        var refused = 0;
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var bytes = whole.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            refused += Record.Exception(() => Problems.Read(path)) is { } error ? Assert.IsType<DataException>(error).Message.Length > 0 ? 1 : 0 : 0;
        }

        Assert.InRange(refused, 10, 200);

        void Refused(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            Assert.StartsWith($"{path} is not a Parquet file that can be read: ", Assert.Throws<DataException>(() => Problems.Read(path)).Message);
        }
    }

    private async Task<string> Write(params Row[] rows)
    {
        var path = _folder.File("data.parquet");
        await using var stream = File.Create(path);
        await ParquetSerializer.SerializeAsync(rows, stream, new ParquetOptions { RowGroupSize = 2 });
        return path;
    }

    private sealed class Row
    {
        [JsonPropertyName("prompt")]
        public string? Prompt { get; set; }

        [JsonPropertyName("answer")]
        public long? Answer { get; set; }

        [JsonPropertyName("level")]
        public double? Level { get; set; }

        [JsonPropertyName("hard")]
        public bool IsHard { get; set; }

        [JsonPropertyName("numbers")]
        public List<int>? Numbers { get; set; }
    }

    private sealed class Dated
    {
        [JsonPropertyName("prompt")]
        public string Prompt { get; set; } = "When?";

        [JsonPropertyName("answer")]
        public DateTime Answer { get; set; }

        [JsonPropertyName("changed")]
        public DateTime Changed { get; set; }

        [JsonPropertyName("day")]
        public DateOnly Day { get; set; }
    }

    private sealed class Chat
    {
        [JsonPropertyName("messages")]
        public List<Message>? Messages { get; set; }
    }

    private sealed class Pair
    {
        [JsonPropertyName("chosen")]
        public List<Message>? Chosen { get; set; }

        [JsonPropertyName("rejected")]
        public List<Message>? Rejected { get; set; }
    }

    private sealed class Message
    {
        [JsonPropertyName("role")]
        public string? Role { get; set; }

        [JsonPropertyName("content")]
        public string? Content { get; set; }
    }
}
