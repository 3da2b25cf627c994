using System.Diagnostics;
using System.Text.Json;
using Cohort.Cli.Commands;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Cli;

public sealed class RunCommandsTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void A_run_ends_with_where_things_are_and_what_to_do_next()
    {
        var line = CommandLine.Succeed(tiny.Train("words"));

        Assert.Contains("train: done after 2 steps, ", line.Output);
        Assert.Contains($"model   {tiny.File("words")}", line.Output);
        Assert.Contains("./cohort evaluate --model", line.Output);
        Assert.Contains($"--problems {tiny.Problems} --reward exact", line.Output);
        Assert.Contains("too few to hold some out", line.Error);
        Assert.Contains("train  step    1  validation", line.Error);
        var report = File.ReadAllText(Path.Combine(tiny.File("words"), "report.html"));
        Assert.Contains("The run used its budget and ended after 2 steps and ", report);
        Assert.Contains("<code>rollout.promptsPerStep</code></th><td><code>2</code>", report);
        Assert.Matches("base model.safetensors, SHA-256</th><td><code>[0-9a-f]{64}</code>", report);
    }

    [Fact]
    public void A_run_that_an_error_ended_has_a_report_that_says_so()
    {
        CommandLine.Succeed(tiny.Train("broken"));
        File.Delete(tiny.File("broken/report.html"));
        RunPage.WriteFailed(
            "train", tiny.File("broken"), new TrainingException("loss <NaN>"), folder => PolicyRun.ReadOptions(folder, []),
            new(TextWriter.Null, TextWriter.Null));
        Assert.Contains("An error ended the run after 2 steps and ", File.ReadAllText(tiny.File("broken/report.html")));
        Assert.Contains(" sampled tokens: loss &lt;NaN&gt;", File.ReadAllText(tiny.File("broken/report.html")));
    }

    [Fact]
    public void A_run_that_never_measured_a_step_has_no_report()
    {
        var error = new StringWriter();
        RunPage.WriteFailed("train", tiny.File("nothing"), new TrainingException("loss"), _ => throw new InvalidOperationException(), new(error, error));
        Assert.Equal("", error.ToString());
        Assert.False(Directory.Exists(tiny.File("nothing")));
    }

    [Fact]
    public void A_run_with_a_graded_reward_says_its_best_mean_score()
    {
        string[] graded = ["--set", """reward={"kind": "length", "target": 9, "slope": 0.25}""", "--set", "evaluation.every=1"];
        var line = CommandLine.Succeed([.. tiny.Train("graded"), .. graded]);
        var json = CommandLine.Succeed([.. tiny.Train("again"), .. graded, "--json"]).Json;

        Assert.Matches(@"best    (the start|step \d): mean score -\d\.\d{3} on validation problems when sampling", line.Output);
        Assert.True(json.GetProperty("best_validation").GetDouble() < 0);
        Assert.Equal("validation/sampled_score_mean", json.GetProperty("best_metric").GetString());
    }

    [Theory]
    [InlineData("none", "")]
    [InlineData("lora", "--set model.adapter.kind=saved ")]
    public void After_fine_tuning_on_a_file_the_next_run_goes_on_with_what_was_trained_and_asks_for_problems(string adapter, string setting)
    {
        var line = CommandLine.Succeed(
            "sft", "--out", tiny.File($"sft-{adapter}"), "--threads", "1", "--set", $"model.path={tiny.Model}", "--set", $"model.adapter.kind={adapter}",
            "--set", $"data.path={tiny.Problems}", "--set", "steps=1", "--set", "batchRows=3");

        var model = Path.Combine(tiny.File($"sft-{adapter}"), "model");
        Assert.Contains($"  ./cohort train --set model.path={model} {setting}--set data.path=PROBLEMS.jsonl\n", line.Output);
        Assert.Contains($"  ./cohort evaluate --model {model} --problems PROBLEMS.jsonl --reward exact\n", line.Output);
    }

    [Fact]
    public void A_reward_model_is_trained_reported_and_gone_on_with_by_its_own_command()
    {
        string[] lines = [.. Enumerable.Range(1, 40).Select(i => $$"""{"prompt": "{{i % 5}}+{{i}}=", "chosen": {{(i % 5) + i}}, "rejected": "1"}""")];
        File.WriteAllLines(tiny.File("pairs.jsonl"), lines);
        var line = CommandLine.Succeed(
            "reward-model", "--out", tiny.File("scorer"), "--threads", "1", "--set", "model.kind=new", "--set", "model.hiddenSize=16", "--set", "model.heads=2",
            "--set", "model.keyValueHeads=2", "--set", "model.layers=1", "--set", $"data.path={tiny.File("pairs.jsonl")}",
            "--set", "steps=2", "--set", "batchPairs=3", "--set", "evaluation.every=1");

        var model = Path.Combine(tiny.File("scorer"), "model");
        Assert.Contains("reward-model: done after 2 steps, ", line.Output);
        Assert.Contains("of validation pairs ranked right", line.Output);
        var next = $"  ./cohort train --set model.path=POLICY --set reward.kind=model --set reward.path={model} --set data.path=PROBLEMS.jsonl\n";
        Assert.Contains(next, line.Output);
        Assert.Contains("reward-model  step    0  validation 50.0 % ranked right, calibration error 0.0 %", line.Error);
        Assert.Contains("Reliability of reward-model", File.ReadAllText(Path.Combine(tiny.File("scorer"), "report.html")));

        Assert.Contains("reward-model --resume", CommandLine.Run("sft", "--resume", tiny.File("scorer")).Error);
        var json = CommandLine.Succeed("reward-model", "--resume", tiny.File("scorer"), "--set", "steps=3", "--json").Json;
        Assert.Equal(3, json.GetProperty("step").GetInt64());
        Assert.InRange(json.GetProperty("best_validation").GetDouble(), 0.5, 1);
    }

    [Fact]
    public void Held_out_problems_of_a_file_stay_out_of_training_and_may_not_change()
    {
        var path = tiny.File("held.csv");
        File.WriteAllText(path, "prompt,answer\n3+4=,7\n2+1=,3\n");
        var line = CommandLine.Succeed(tiny.Train("held", "--set", $"data.heldOutPath={path}", "--set", "rollout.loggedPrompts=2"));

        Assert.Contains("Rows left out of training, as their prompts also stand in the held-out file: 1 of 3.", line.Error);
        Assert.DoesNotContain("too few to hold some out", line.Error);
        Assert.Contains($"--problems {path} --split all --reward exact", line.Output);
        Assert.DoesNotContain("3+4=", File.ReadAllText(Path.Combine(tiny.File("held"), "rollouts.jsonl")));

        File.Move(path, tiny.File("moved.csv"));
        path = tiny.File("moved.csv");
        CommandLine.Succeed("train", "--resume", tiny.File("held"), "--set", "budget.steps=3", "--set", $"data.heldOutPath={path}");
        var without = CommandLine.Run("train", "--resume", tiny.File("held"), "--set", "budget.steps=4", "--set", "data.heldOutPath=");
        Assert.Contains("and the change would alter steps that are done", without.Error);

        File.AppendAllText(path, "1+1=,2\n");
        var refused = CommandLine.Run("train", "--resume", tiny.File("held"), "--set", "budget.steps=4");
        Assert.Contains($"'{path}' is not what it was when the run began", refused.Error);
    }

    [Fact]
    public void The_next_command_works_for_paths_with_spaces_and_fields_of_other_names()
    {
        var path = tiny.File("my problems.jsonl");
        File.WriteAllText(path, """
            {"ask": "2+2=", "the gold": 4}
            {"ask": "3+4="}
            {"ask": "1+8=", "the gold": 9}

            """);
        var line = CommandLine.Succeed(tiny.Train(
            "my run", "--skip-bad-lines", "--set", $"data.path={path}", "--set", "data.fields.prompt=ask", "--set", "data.fields.answer=the gold"));

        var next = line.Output.Split("  ./cohort ")[^1].Trim();
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"printf '%s\\n' {next}"]) { RedirectStandardOutput = true })!;
        string[] words = shell.StandardOutput.ReadToEnd().TrimEnd().Split('\n');
        shell.WaitForExit();
        var evaluated = CommandLine.Succeed([.. words, "--max-tokens", "3"]);
        Assert.Contains("2 problems (not split) of my problems.jsonl", evaluated.Output);
        Assert.Contains("bad lines skipped: 1; 2 rows are left.", evaluated.Error);
    }

    [Fact]
    public void Bad_lines_of_a_bundled_task_are_not_skipped() =>
        CommandLine.Refuse(
            ["train", "--out", tiny.File("task"), "--set", $"model.path={tiny.Model}", "--set", "data.task=sort", "--skip-bad-lines"],
            "--skip-bad-lines is for a file, and the data of this run are a bundled task; set data.path, or leave the option out.");

    [Fact]
    public void Json_is_one_object_and_nothing_else()
    {
        var json = CommandLine.Succeed(tiny.Train("json", "--json")).Json;

        Assert.Equal("budget_used", json.GetProperty("end").GetString());
        Assert.Equal(2, json.GetProperty("step").GetInt64());
        Assert.True(json.GetProperty("sampled_tokens").GetInt64() >= 8);
        Assert.True(Directory.Exists(json.GetProperty("model").GetString()));
    }

    [Fact]
    public void A_run_goes_on_with_more_steps()
    {
        CommandLine.Succeed(tiny.Train("resumed"));

        var json = CommandLine.Succeed("train", "--resume", tiny.File("resumed"), "--set", "budget.steps=3", "--json").Json;

        Assert.Equal(3, json.GetProperty("step").GetInt64());
        Assert.Equal([0L, 1, 2, 3], MetricsFile.Read(Path.Combine(tiny.File("resumed"), "metrics.jsonl")).Select(step => step.Step));
    }

    [Fact]
    public void One_problem_is_enough()
    {
        File.WriteAllLines(tiny.File("one.jsonl"), File.ReadLines(tiny.Problems).Take(1));

        var json = CommandLine.Succeed(tiny.Train("one", "--set", $"data.path={tiny.File("one.jsonl")}", "--json")).Json;

        Assert.Equal(2, json.GetProperty("step").GetInt64());
    }

    [Fact]
    public void A_run_file_a_preset_and_a_seed_go_together()
    {
        File.WriteAllText(tiny.File("mine.json"), $$"""
            { // relative paths are relative to this file
              "model": { "path": "sft/model" },
              "data": { "path": "problems.jsonl" },
              "reward": { "kind": "number", "where": "boxed" },
              "algorithm": "grpo",
              "rollout": { "promptsPerStep": 4, "samplesPerPrompt": 2, "maxNewTokens": 4 },
              "budget": { "steps": 1 },
            }
            """);

        var line = CommandLine.Succeed(
            "train", tiny.File("mine.json"), "--out", tiny.File("mine"), "--set", "algorithm=ppo", "--seed", "5", "--threads", "1");

        Assert.Contains($$"""--problems {{tiny.Problems}} --reward '{"kind":"number","where":"boxed"}'""", line.Output);
        using var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(tiny.File("mine"), "options.json")));
        Assert.Equal("critic", options.RootElement.GetProperty("algorithm").GetProperty("advantage").GetProperty("kind").GetString());
        Assert.Equal(5, options.RootElement.GetProperty("seed").GetInt32());
    }

    [Fact]
    public void Runs_without_a_place_are_numbered()
    {
        using var folder = new TemporaryFolder();
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            Assert.Equal(Path.Combine("runs", "train-1"), RunPlaces.Next("train"));
            Directory.CreateDirectory("runs/train-1");
            Directory.CreateDirectory("runs/train-9");
            Directory.CreateDirectory("runs/train-x");
            Directory.CreateDirectory("runs/demo-30");
            Assert.Equal(Path.Combine("runs", "train-10"), RunPlaces.Next("train"));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }
}
