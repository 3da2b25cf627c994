namespace Cohort.Tests.Cli;

/// <summary>Each case: exit code 2, and one message with what, the numbers, the rule and the remedy.</summary>
public sealed class BadInputTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData("trian", "Unrecognized command or argument 'trian'", "Did you mean train?", "./cohort --help")]
    [InlineData("train --sett x", "--sett is not an option of this command", "./cohort train --help")]
    [InlineData("train --seed -1", "'-1' for option '--seed' as a whole number", "./cohort train --help")]
    [InlineData("tasks srot", "'srot' not recognized", "sort, reverse, count, arithmetic, countdown, brackets, dates, equations")]
    [InlineData("tasks sort --size 99", "2 to 16 digits", "default of 8", "It is 99.")]
    [InlineData("tasks sort --count 0", "--count is 0; it must be at least 1")]
    [InlineData("evaluate --model x", "--task NAME or --problems FILE.jsonl")]
    [InlineData("evaluate --model nowhere --task sort", "There is no folder nowhere", "name a model folder")]
    [InlineData("evaluate --model x --task sort --split all", "--split all is for files", "validation or test")]
    [InlineData("evaluate --model x --problems nofile.jsonl", "nofile.jsonl cannot be read", "Name a file that exists")]
    [InlineData("generate --model x", "'--prompt' is required")]
    [InlineData("generate --model x --prompt a --temperature 200", "Temperature must lie in [0, 100]", "It is 200.")]
    [InlineData("generate --model x --prompt a --top-p 0", "TopP must lie in (0, 1]")]
    [InlineData("train nofile.json", "nofile.json: there is no such file", "name a JSON file with options")]
    [InlineData("train", "model.path is missing", "`cohort sft` makes one")]
    [InlineData("train --resume nowhere", "holds no run", "begin one without --resume")]
    [InlineData("train --resume x --out y", "--resume takes its options from the run directory", "leave out RUNFILE and --out")]
    [InlineData("train --set model.path=m --set algoritm=ppo", "algoritm is not an option; did you mean algorithm?")]
    [InlineData("train --set model.path=m --set optimizer.learningRate=-1", "optimizer.learningRate", "(0, 10]")]
    [InlineData("train --set model.path=m --set rollout.samplesPerPrompt=1", "rollout.samplesPerPrompt is 1", "at least 2", "raise it")]
    [InlineData("train --set model.path=m --set budget.steps=0", "budget.steps and budget.tokens are both 0")]
    [InlineData("train --set model.path=m --set budget", "--set budget has no key or no \"=\"", "--set budget.steps=50")]
    [InlineData("train --set model.path=nowhere", "There is no folder", "nowhere")]
    public void It_is_refused(string line, params string[] parts) => CommandLine.Refuse(line.Split(' '), parts);

    [Theory]
    [InlineData("{ \"budget\": ", "line 1, column")]
    [InlineData("[1]", "a run file is an object")]
    [InlineData("{ \"budget\": { \"step\": 3 } }", "budget.step is not an option; did you mean budget.steps?")]
    public void A_malformed_run_file_is_refused(string json, params string[] parts)
    {
        File.WriteAllText(tiny.File("bad.json"), json);

        CommandLine.Refuse(["train", tiny.File("bad.json")], ["bad.json", .. parts]);
    }

    [Theory]
    [InlineData("", "has no lines of data", "\"prompt\"")]
    [InlineData("{\"prompt\": \"\", \"answer\": 1}", "line 1: \"prompt\" is empty")]
    [InlineData("{\"prompt\": \"2+2=\", \"answer\": \"4\"}\nnot json", "line 2, column 2: not JSON")]
    public void Bad_data_are_refused_and_nothing_is_begun(string lines, params string[] parts)
    {
        File.WriteAllText(tiny.File("bad.jsonl"), lines);

        CommandLine.Refuse(tiny.Train("no-data", "--set", $"data.path={tiny.File("bad.jsonl")}"), ["bad.jsonl", .. parts]);
        CommandLine.Refuse(["evaluate", "--model", tiny.Model, "--problems", tiny.File("bad.jsonl")], parts);

        Assert.False(Directory.Exists(tiny.File("no-data")));
    }

    [Fact]
    public void A_prompt_longer_than_the_context_is_refused_and_nothing_is_begun()
    {
        File.WriteAllText(tiny.File("long.jsonl"), $"{{\"id\": \"far\", \"prompt\": \"{new string('2', 40)}=\", \"answer\": \"4\"}}");

        CommandLine.Refuse(
            tiny.Train("too-long", "--set", $"data.path={tiny.File("long.jsonl")}"),
            "'far'", "41 tokens", "rollout.maxNewTokens 4", "context of 32", "shorten it");
        CommandLine.Refuse(
            ["evaluate", "--model", tiny.Model, "--problems", tiny.File("long.jsonl"), "--max-tokens", "4"], "41 tokens", "context of 32");
        CommandLine.Refuse(["generate", "--model", tiny.Model, "--prompt", new string('2', 40)], "40 tokens", "context of 32");

        Assert.False(Directory.Exists(tiny.File("too-long")));
    }

    [Fact]
    public void Characters_that_the_tokenizer_lacks_are_refused() => CommandLine.Refuse(
        ["generate", "--model", tiny.Model, "--prompt", "2\u001b=?"], "U+001B", "tokenizer's alphabet");

    [Fact]
    public void A_folder_without_tokenizer_is_refused()
    {
        Directory.CreateDirectory(tiny.File("bare"));
        File.Copy(Path.Combine(tiny.Model, "config.json"), Path.Combine(tiny.File("bare"), "config.json"), overwrite: true);

        CommandLine.Refuse(["generate", "--model", tiny.File("bare"), "--prompt", "2"], "has no tokenizer.json", "Copy it");
        CommandLine.Refuse(tiny.Train("no-tokenizer", "--set", $"model.path={tiny.File("bare")}"), "has no tokenizer.json");
    }

    [Fact]
    public void A_directory_with_a_run_is_not_begun_again() => CommandLine.Refuse(
        ["sft", "--out", tiny.Run, "--set", "model.kind=new", "--set", $"data.path={tiny.Problems}"],
        "holds a run already", "--resume", "Nothing was changed");

    [Fact]
    public void A_run_of_the_other_command_is_not_resumed() =>
        CommandLine.Refuse(["train", "--resume", tiny.Run], "holds a run of `sft`", $"./cohort sft --resume {tiny.Run}");

    [Fact]
    public void A_demo_does_not_write_over_anything() => CommandLine.Refuse(["demo", "--out", tiny.Run], "is not empty", "--out");

    [Fact]
    public void An_unknown_reward_is_refused() => CommandLine.Refuse(
        ["evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--reward", "judge"],
        "--reward judge is not known", "exact, number, math, choice", "a task (");

    [Theory]
    [InlineData("""{"kind": "number", "where": "bxed"}""", "--reward: reward.where is", "did you mean \"boxed\"?")]
    [InlineData("""{"kind": "regex", "pattern": "("}""", "--reward: reward.pattern", "no regular expression")]
    [InlineData("""{"kind": "overlong", "buffer": 65}""", "buffer is 65", "[0, 64]")]
    public void A_reward_that_cannot_be_is_refused(string reward, params string[] words) =>
        CommandLine.Refuse(["evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--reward", reward], words);

    [Fact]
    public void Answers_that_cannot_be_written_are_known_before_measuring()
    {
        var line = CommandLine.Refuse(
            ["evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--out", tiny.File("no/such/answers.jsonl")], "answers.jsonl");

        Assert.DoesNotContain("evaluate", line.Error);
    }
}
