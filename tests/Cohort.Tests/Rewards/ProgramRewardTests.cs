using System.Diagnostics;
using System.Text.Json;
using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

/// <summary>Real processes: lines of sh, which every machine has that these tests run on.</summary>
public sealed class ProgramRewardTests
{
    // Reads a request and takes the id out of it, which always stands first.
    private const string ReadId = "read -r line; id=${line#*:?}; id=${id%%,*}; id=${id%?}; ";
    private const string Good = "while " + ReadId + "[ -n \"$id\" ]; do echo \"{\\\"id\\\":\\\"$id\\\",\\\"score\\\":0.25}\"; done";

    // Takes its time to start.
    private const string Slow = "sleep 1.5; while " + ReadId + "[ -n \"$id\" ]; do case \"$line\" in *crash*) exit 3;; *hang*) sleep 60;; esac; "
        + "echo \"{\\\"id\\\":\\\"$id\\\",\\\"score\\\":0.25}\"; done";

    private static readonly Problem Asked = new("p1", "2+3=", "5");

    [Fact]
    public async Task Worker_scores_one_completion_after_another()
    {
        using var reward = Of(Good);
        var first = reward.ProcessIds;
        for (var call = 0; call < 20; call++)
            Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, "5")).Total);
        Assert.Equal(first, reward.ProcessIds);
    }

    [Theory]
    [InlineData("exit 3", "ended with code 3")]
    [InlineData("echo oh no >&2; exit 3", "its last words: oh no")]
    [InlineData("read -r line; echo garbage", "is not JSON")]
    [InlineData("read -r line; echo '[1]'", "is not an object")]
    [InlineData("read -r line; echo '{\"id\":\"0\",\"score\":1}'", "does not have the id")]
    [InlineData("read -r line; printf '{\"id\":'", "in the middle of a line")]
    [InlineData("read -r line; head -c 2000000 /dev/zero; sleep 60", "a line of more than 1048576 bytes")]
    [InlineData("exec 1>&-; sleep 60", "closed its output without an answer")]
    [InlineData(ReadId + "echo \"{\\\"id\\\":\\\"$id\\\",\\\"score\\\":NaN}\"", "is not JSON")]
    [InlineData(ReadId + "echo \"{\\\"id\\\":\\\"$id\\\",\\\"score\\\":1e999}\"", "no \"score\" that is a finite number")]
    public async Task Anything_but_an_answer_is_no_score_and_the_worker_is_replaced(string script, string reason)
    {
        using var folder = new TemporaryFolder();
        var once = $"if [ ! -e done ]; then touch done; {script}; exit; fi; {Good}";
        using var reward = new ProgramReward(["sh", "-c", once], folder.Path, workers: 1);
        var worker = Assert.Single(reward.ProcessIds);
        Assert.Contains(reason, Assert.IsType<Unscored>(await Score(reward, "5")).Reason);
        Assert.NotEqual(worker, Assert.Single(reward.ProcessIds));
        Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, "5")).Total);
    }

    [Fact]
    public async Task Worker_that_overruns_is_killed_with_its_children_and_replaced()
    {
        using var folder = new TemporaryFolder();
        var once = $"if [ ! -e done ]; then touch done; sleep 300 & echo $! > child; wait; fi; {Good}";
        using var reward = new ProgramReward(["sh", "-c", once], folder.Path, workers: 1) { StartTime = TimeSpan.Zero };
        var worker = Assert.Single(reward.ProcessIds);
        Assert.Contains("did not finish within 1 s", Assert.IsType<Unscored>(await Score(reward, "5", seconds: 1)).Reason);
        var child = int.Parse(await File.ReadAllTextAsync(folder.File("child")));
        Assert.True(await Ends(worker), "The worker lives on.");
        Assert.True(await Ends(child), "Its child lives on.");
        Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, "5")).Total);
    }

    [Fact]
    public async Task Time_to_start_is_not_taken_from_a_calls_deadline_and_a_worker_that_has_answered_has_no_more_of_it()
    {
        using var reward = Of(Slow);
        Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, "5", seconds: 0.3)).Total);
        Assert.Contains("ended with code 3", Assert.IsType<Unscored>(await Score(reward, "crash")).Reason);
        Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, "5", seconds: 0.3)).Total);
        Assert.Equal("program did not finish within 0.3 s", Assert.IsType<Unscored>(await Score(reward, "hang", seconds: 0.3)).Reason);
    }

    [Fact]
    public async Task Worker_that_does_not_start_in_its_time_is_given_up()
    {
        using var reward = new ProgramReward(["sh", "-c", "sleep 60"], ".", workers: 1) { StartTime = TimeSpan.FromSeconds(1) };
        var watch = Stopwatch.StartNew();
        Assert.Matches("^program did not finish within [01]([.][0-9]+)? s$", Assert.IsType<Unscored>(await Score(reward, "5", seconds: 0.1)).Reason);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.1, 20);
    }

    [Fact]
    public async Task Worker_that_ends_while_a_child_holds_its_pipes_is_not_waited_for_and_leaves_nothing_open()
    {
        using var reward = Of("read -r line; echo oh no >&2; sleep 20 & exit 3");
        await Score(reward, "5");
        var before = Descriptors();
        for (var call = 0; call < 5; call++)
        {
            Assert.Equal(
                "program: it left its output to another process without an answer and ended with code 3; its last words: oh no",
                Assert.IsType<Unscored>(await Score(reward, "5")).Reason);
            Assert.Single(reward.ProcessIds);
        }

        for (var wait = 0; wait < 100 && Descriptors() > before; wait++)
            await Task.Delay(50);
        Assert.InRange(Descriptors(), 0, before + 2);
    }

    [Fact]
    public async Task Dispose_ends_every_worker()
    {
        int worker;
        using (var reward = Of(Good))
            worker = Assert.Single(reward.ProcessIds);
        Assert.True(await Ends(worker));
    }

    [Fact]
    public async Task Error_of_the_program_is_no_score_and_its_worker_stays()
    {
        using var reward = Of("while " + ReadId + "[ -n \"$id\" ]; do echo \"{\\\"id\\\":\\\"$id\\\",\\\"error\\\":\\\"too odd\\\"}\"; done");
        var worker = reward.ProcessIds;
        Assert.Contains("it said: too odd", Assert.IsType<Unscored>(await Score(reward, "5")).Reason);
        Assert.Equal(worker, reward.ProcessIds);
    }

    [Theory]
    [InlineData("a\nb\r\nc\u2028d\u0085e")]
    [InlineData("\"}\n{\"id\":\"1\",\"score\":1}\n")]
    [InlineData("nul \0 and half \ud800 a pair, \u202e, $(touch forged) `touch forged`")]
    public async Task Text_reaches_the_program_as_one_line_of_data(string text)
    {
        using var folder = new TemporaryFolder();
        var noting = Good.Replace("do echo", "do printf '%s\\n' \"$line\" >> seen; echo");
        using var reward = new ProgramReward(["sh", "-c", noting], folder.Path, workers: 1);
        Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, text)).Total);
        var line = Assert.Single(await File.ReadAllLinesAsync(folder.File("seen")));
        Assert.Equal(text.Replace('\ud800', '\ufffd'), JsonDocument.Parse(line).RootElement.GetProperty("completion").GetString());
        Assert.False(File.Exists(folder.File("forged")));
    }

    // Each worker answers only once the other has a request too; the score is the completion itself.
    [Fact]
    public async Task Several_workers_score_at_once_and_each_answers_its_own()
    {
        using var folder = new TemporaryFolder();
        const string Both = "touch asked.$$; while [ $(ls asked.* | wc -l) -lt 2 ]; do sleep 0.02; done; ";
        const string Text = "text=${line#*completion?:?}; text=${text%%,*}; text=${text%?}; ";
        var script = Good.Replace("do echo", $"do {Both}{Text}echo").Replace("0.25", "$text");
        using var reward = new ProgramReward(["sh", "-c", script], folder.Path, workers: 2);
        Assert.Equal((2, 2), (reward.Concurrency, reward.ProcessIds.Count));
        var scores = await Task.WhenAll(Score(reward, "11"), Score(reward, "22"));
        Assert.Equal([11.0, 22.0], scores.Select(score => Assert.IsType<Scored>(score).Total));
        Assert.Equal(2, reward.ProcessIds.Count);
    }

    [Fact]
    public async Task Pieces_are_sent_where_they_are_asked_for()
    {
        using var folder = new TemporaryFolder();
        var noting = Good.Replace("do echo", "do printf '%s\\n' \"$line\" >> seen; echo");
        using var reward = new ProgramReward(["sh", "-c", noting], folder.Path, workers: 1, ByteTokenizer.Of("", "", "5"));
        Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, "5")).Total);
        var sent = JsonDocument.Parse(Assert.Single(await File.ReadAllLinesAsync(folder.File("seen")))).RootElement;
        Assert.Equal("""["5"]""", sent.GetProperty("pieces").GetRawText());
    }

    private static ProgramReward Of(string script) => new(["sh", "-c", script], ".", workers: 1);

    private static Task<Score> Score(ProgramReward reward, string text, double seconds = 30) => RewardCall.ScoreAsync(
        reward, Asked, new Completion(0, 0, [1], [2], [-0.5f], FinishReason.Stop, text), TimeSpan.FromSeconds(seconds), TimeProvider.System,
        CancellationToken.None);

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static async Task<bool> Ends(int process)
    {
        for (var wait = 0; wait < 100; wait++)
        {
            if (!Lives(process))
                return true;
            await Task.Delay(50);
        }

        return false;
    }

    // A killed process that nobody has waited for is not alive.
    private static bool Lives(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
