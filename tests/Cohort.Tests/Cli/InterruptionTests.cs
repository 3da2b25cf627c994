namespace Cohort.Tests.Cli;

public sealed class InterruptionTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void The_first_signal_finishes_the_step_saves_and_tells_how_to_resume(string signal, int code)
    {
        using var process = Start(signal, steps: 100_000);
        process.WaitUntil(() => Steps(signal) >= 3);
        process.Signal(signal);
        var line = process.Wait();

        Assert.Equal(code, line.Code);
        Assert.Contains("finishing; press again to quit at once", line.Error);
        Assert.Contains("train: stopped after ", line.Output);
        Assert.Contains($"./cohort train --resume {tiny.File(signal)}", line.Output);
        Assert.True(File.Exists(Path.Combine(tiny.File(signal), "report.html")));

        var finished = Steps(signal) - 1;
        var resumed = CommandLine.Succeed("train", "--resume", tiny.File(signal), "--set", $"budget.steps={finished + 1}", "--json").Json;
        Assert.Equal(finished + 1, resumed.GetProperty("step").GetInt64());
    }

    [UnixFact]
    public void The_second_signal_ends_the_process_at_once()
    {
        using var process = Start("twice", steps: 100_000, "--set", "evaluation.problems=1", "--set", "evaluation.every=0", "--set",
            "rollout.promptsPerStep=30000");
        process.WaitUntil(() => File.Exists(Path.Combine(tiny.File("twice"), "metrics.jsonl")));
        process.Signal("INT");
        process.Signal("INT");
        var line = process.Wait();

        Assert.Equal(130, line.Code);
        Assert.DoesNotContain("internal error", line.Error);
    }

    private ChildProcess Start(string name, int steps, params string[] more) =>
        new(ChildProcess.Tool, [.. tiny.Train(name), "--set", $"budget.steps={steps}", "--set", "checkpoints.every=100000", .. more]);

    // Lines of metrics.jsonl, that of the start included.
    private int Steps(string name)
    {
        var path = Path.Combine(tiny.File(name), "metrics.jsonl");
        if (!File.Exists(path))
            return 0;

        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(character => character == '\n');
    }
}
