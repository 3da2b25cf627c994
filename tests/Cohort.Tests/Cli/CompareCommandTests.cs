using System.Text.Json;
using Cohort.Tests.Comparison;

namespace Cohort.Tests.Cli;

public sealed class CompareCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void Runs_are_processes_of_their_own_and_a_comparison_grows_by_seeds()
    {
        var line = CommandLine.Succeed(Compare("grown", "--seeds", "1", "--jobs", "2"));
        Assert.Matches(@"2 of 2 runs are finished, \d+\.\d CPU-minutes", line.Output);
        Assert.Matches(@"1 of 2, .* left, about \d+\.\d CPU-minutes in all", line.Error);
        Assert.Contains("runs/sum/variant/small/seed-1: pass@1", line.Error);

        var grown = CommandLine.Succeed("compare", "--resume", tiny.File("grown"), "--seeds", "2", "--jobs", "3", "--json").Json;
        Assert.Equal(4, grown.GetProperty("finished").GetInt32());
        Assert.Equal([0, 2], grown.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetProperty("finished_runs").GetInt32()));
        Assert.Equal(3, grown.GetProperty("result").GetProperty("jobs").GetInt32());
        var arm = grown.GetProperty("result").GetProperty("arms")[0];
        Assert.Equal(["small", "large"], arm.GetProperty("contenders").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        Assert.True(File.Exists(tiny.File("grown/report.html")));
        Assert.Equal(2, JsonDocument.Parse(File.ReadAllText(tiny.File("grown/result.json"))).RootElement.GetProperty("arms")[0].GetProperty("contenders").GetArrayLength());
    }

    [UnixFact]
    public void Signal_stops_the_runs_with_a_checkpoint_and_the_comparison_goes_on()
    {
        using var process = new ChildProcess(ChildProcess.Tool, Compare("stopped", "--seeds", "1", "--tokens", "3000", "--set", "checkpoints.every=100000"));
        var metrics = tiny.File("stopped/runs/sum/variant/small/seed-1/metrics.jsonl");
        process.WaitUntil(() => File.Exists(metrics) && Lines(metrics) > 1); // that of the start, and a step
        process.Signal("INT");
        var line = process.Wait();

        Assert.Equal(130, line.Code);
        Assert.Contains("./cohort compare --resume", line.Output);
        Assert.Single(Directory.EnumerateDirectories(tiny.File("stopped/runs/sum/variant/small/seed-1/checkpoints")));
        Assert.False(Directory.Exists(tiny.File("stopped/runs/sum/variant/large")));
        var resumed = CommandLine.Succeed("compare", "--resume", tiny.File("stopped"), "--only", "runs/sum/variant/small/seed-1");
        Assert.Contains("runs/sum/variant/small/seed-1: finished", resumed.Output);
    }

    [Fact]
    public void Failed_run_is_named_with_its_message_and_the_others_are_finished()
    {
        var line = CommandLine.Run(
            "compare", RunFile(), "--variant", "small rollout.samplesPerPrompt=2", "--variant", "gone model.path=/no/such/model", "--no-cost-probes",
            "--out", tiny.File("failed"), "--points", "1", "--seeds", "1", "--jobs", "2");

        Assert.Equal(1, line.Code);
        Assert.Contains("1 of 2 runs are finished", line.Output);
        Assert.Contains("failed: runs/sum/variant/gone/seed-1: ", line.Output);
        Assert.Contains("/no/such/model", line.Output);
        Assert.Contains(" Failed and left out: 1 run of gone.", line.Output.ReplaceLineEndings(" "));
        Assert.Contains(" Failed and left out: 1 run of gone.", File.ReadAllText(tiny.File("failed/report.html")));
    }

    // The context holds 32 tokens: twice 20 for a completion do not fit.
    [Fact]
    public void A_probe_that_does_not_fit_the_context_is_left_out_and_one_that_fails_is_told_of()
    {
        string[] one = ["compare", tiny.File("probed.json"), "--variant", "long rollout.maxNewTokens=20", "--seeds", "1", "--tokens", "30", "--points", "1"];
        File.Copy(RunFile(), tiny.File("probed.json"));
        Directory.CreateDirectory(tiny.File("probed/probes/probed/variant/long"));
        File.WriteAllText(tiny.File("probed/probes/probed/variant/long/g4-n20"), "no directory");
        var line = CommandLine.Succeed([.. one, "--out", tiny.File("probed")]);

        Assert.DoesNotContain("g2-n40", line.Error + line.Output);
        Assert.Contains("probes/probed/variant/long/g2-n10: finished", line.Error);
        Assert.Contains("probes/probed/variant/long/g4-n20: failed: ", line.Error);
        Assert.DoesNotContain("failed: ", line.Output);
        using var result = JsonDocument.Parse(File.ReadAllText(tiny.File("probed/result.json")));
        Assert.Contains(result.RootElement.GetProperty("limits").EnumerateArray(), limit => limit.GetString()!.StartsWith(
            "Cost was not measured, as the short run failed, by probes/probed/variant/long/g4-n20: ", StringComparison.Ordinal));
        Assert.Equal("probe", result.RootElement.GetProperty("failed")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public void Command_lines_that_cannot_be_are_refused()
    {
        CommandLine.Refuse(["compare", tiny.Problems, "--algorithms", "gpro"], "gpro is not an algorithm", "grpo");
        CommandLine.Refuse(["compare", tiny.Problems, "--arms", "equal"], "equal, which is none", "usual and controlled");
        CommandLine.Refuse(["compare", "--resume", tiny.File("nothing")], "holds no comparison", "begin one without --resume");
        CommandLine.Refuse(["compare", "--resume", tiny.File("nothing"), "--threads", "2"], "leave out --threads");
        CommandLine.Refuse(["compare", "--seeds", "0", "--algorithms", "ppo"], "--seeds is 0", "at least 1");
    }

    [Fact]
    public void A_run_that_there_is_not_is_refused_before_anything_is_written()
    {
        const string Typo = "runs/sum/variant/smal/seed-1";
        CommandLine.Refuse(
            [.. Compare("typo", "--seeds", "5"), "--only", Typo],
            $"has no {Typo}; its runs are runs/sum/variant/small/seed-1, runs/sum/variant/large/seed-1, ",
            "runs/sum/variant/large/seed-4 and 2 more, up to runs/sum/variant/large/seed-5. Nothing was changed.");
        Assert.False(Directory.Exists(tiny.File("typo")));

        CommandLine.Succeed([.. Compare("one", "--seeds", "1"), "--only", "runs/sum/variant/small/seed-1"]);
        var plan = File.ReadAllText(tiny.File("one/comparison.json"));
        CommandLine.Refuse(["compare", "--resume", tiny.File("one"), "--seeds", "3", "--jobs", "2", "--only", Typo], $"has no {Typo}");
        Assert.Equal(plan, File.ReadAllText(tiny.File("one/comparison.json")));
    }

    private string[] Compare(string name, params string[] more) =>
    [
        "compare", RunFile(), "--variant", "small rollout.samplesPerPrompt=2", "--variant", "large rollout.samplesPerPrompt=3", "--no-cost-probes",
        "--out", tiny.File(name), "--points", "1", .. more,
    ];

    private static int Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Count(character => character == '\n');
    }

    private string RunFile()
    {
        var (runFile, heldOut) = (tiny.File("sum.json"), tiny.File("held-out.jsonl"));
        File.WriteAllText(heldOut, TinyComparison.HeldOut);
        File.WriteAllText(runFile, $$"""
            {"model": {"path": "{{tiny.Model}}"}, "data": {"path": "{{tiny.Problems}}", "heldOutPath": "{{heldOut}}"},
             "reward": {"kind": "exact"}, "budget": {"tokens": 40},
             "rollout": {"promptsPerStep": 2, "samplesPerPrompt": 2, "maxNewTokens": 4 }
            }
            """);
        return runFile;
    }
}
