using System.Text.Json;
using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

public sealed class RolloutLogTests : IDisposable
{
    private static readonly RolloutLine Line = new(
        4, 1, 6, "p-17", "sort: 3 1 2 =", " 1 2 3", "stop", 7, 0.75, "",
        new Dictionary<string, double> { ["order"] = 0.5, ["format"] = 0.25 }, -0.5);

    private readonly TemporaryFolder _folder = new();

    private string Rollouts => _folder.File("rollouts.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_completion_is_one_line()
    {
        Append(Line);
        Assert.Equal(
            """
            {"step":4,"prompt":1,"sample":6,"problem_id":"p-17","prompt_text":"sort: 3 1 2 =","completion":" 1 2 3","finish":"stop",
            """
            + """
            "tokens":7,"score":0.75,"unscored":null,"parts":{"order":0.5,"format":0.25},"advantage":-0.5}

            """,
            File.ReadAllText(Rollouts));
    }

    [Fact]
    public void A_completion_reads_back_as_it_was()
    {
        Append(Line);
        var read = Assert.Single(RolloutFile.Read(Rollouts));
        Assert.Equal(Line, read with { Parts = Line.Parts });
        Assert.Equal(Line.Parts, read.Parts);
    }

    [Fact]
    public void Tokens_are_written_as_short_arrays_and_read_back_to_the_same_bits()
    {
        RolloutToken[] tokens =
            [new(17, " 1", 0.3f, 1.0000001f, double.NaN), new(3, "\ufffd", -1.25, 0.1f, double.NaN), new(0, "<eos>", 0, double.NaN, 2.5e-9f)];
        Append(Line with { Details = tokens });
        Assert.EndsWith(
            "\"advantage\":-0.5,\"details\":{\"id\":[17,3,0],\"text\":[\" 1\",\"\ufffd\",\"<eos>\"],\"advantage\":[0.3,-1.25,0],"
            + "\"ratio\":[1.0000001,0.1,null],\"kl\":[null,null,2.5E-09]}}\n",
            File.ReadAllText(Rollouts));
        Assert.Equal(tokens, Assert.Single(RolloutFile.Read(Rollouts)).Details);
    }

    [Fact]
    public void Tokens_without_all_of_their_numbers_are_refused()
    {
        Append(Line with { Details = [new(17, " 1", 0.5, 1.5, 0.25)] });
        File.WriteAllText(Rollouts, File.ReadAllText(Rollouts).Replace("\"kl\":[0.25]", "\"kl\":[]", StringComparison.Ordinal) + "{}\n");
        Assert.Contains("differ in length", Assert.Throws<InvalidDataException>(() => RolloutFile.Read(Rollouts)).Message);
    }

    [Fact]
    public void A_completion_without_a_score_has_null_and_a_reason()
    {
        Append(Line with { Score = double.NaN, Unscored = "the reward threw", Advantage = 0.25 });
        Assert.Contains("\"score\":null,\"unscored\":\"the reward threw\"", File.ReadAllText(Rollouts));
        var read = Assert.Single(RolloutFile.Read(Rollouts));
        Assert.True(double.IsNaN(read.Score));
        Assert.Equal("the reward threw", read.Unscored);
    }

    [Theory]
    [InlineData("\0\u0001\u001b[31m\u007f\u0085", "\0\u0001\u001b[31m\u007f\u0085")]
    [InlineData("a\nb\r\nc\u2028d\u2029e", "a\nb\r\nc\u2028d\u2029e")]
    [InlineData("\"\\</script>\u202eabc", "\"\\</script>\u202eabc")]
    [InlineData("smile \ud83d\ude00", "smile \ud83d\ude00")]
    public void Whatever_a_model_writes_stays_one_valid_line(string written, string read)
    {
        Append(Line with { Completion = written });
        var text = Assert.Single(File.ReadAllLines(Rollouts));
        Assert.Equal(read, JsonDocument.Parse(text).RootElement.GetProperty("completion").GetString());
        Assert.DoesNotContain(text, char.IsControl);
        Assert.Equal(read, Assert.Single(RolloutFile.Read(Rollouts)).Completion);
    }

    // Facts, since the runner itself would repair the halves on their way into a theory.
    [Fact]
    public void The_first_half_of_a_surrogate_pair_becomes_one_replacement_character() =>
        Whatever_a_model_writes_stays_one_valid_line("half \ud83d", "half \ufffd");

    [Fact]
    public void The_second_half_of_a_surrogate_pair_becomes_one_replacement_character() =>
        Whatever_a_model_writes_stays_one_valid_line("half \ude00!", "half \ufffd!");

    [Fact]
    public void Resuming_cuts_off_what_came_after_the_checkpoint()
    {
        long length;
        using (var log = new RolloutLog(Rollouts, keepBytes: 0))
        {
            log.Append(Line with { Completion = "kept: ä" });
            log.Flush();
            length = log.Length;
            log.Append(Line);
        }

        using (var resumed = new RolloutLog(Rollouts, length))
        {
            resumed.Append(Line with { Completion = "again" });
        }

        Assert.Equal(["kept: ä", "again"], RolloutFile.Read(Rollouts).Select(line => line.Completion));
    }

    private void Append(RolloutLine line)
    {
        using var log = new RolloutLog(Rollouts, keepBytes: 0);
        log.Append(line);
    }
}
