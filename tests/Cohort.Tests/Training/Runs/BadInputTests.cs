using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _place;

    public BadInputTests() => _place = new RunDirectory(_folder.File("run"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void A_directory_that_holds_a_run_is_left_as_it_is(string kind)
    {
        TinyRun.Train(kind, _place.Root, Steps(kind, 2));
        var before = Contents();
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train(kind, _place.Root, Steps(kind, 2)));

        Assert.Equal(
            $"'{_place.Root}' holds a run already; go on with it by --resume, or name another directory. Nothing was changed.", error.Message);
        Assert.Equal(before, Contents());
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void A_directory_without_a_run_cannot_be_resumed(string kind)
    {
        var error = Assert.Throws<TrainingException>(() => TinyRun.Resume(kind, _place.Root));

        Assert.Equal($"'{_place.Root}' holds no run (there is no options.json); begin one without --resume.", error.Message);
        Assert.False(Directory.Exists(_place.Root));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_said_and_not_begun()
    {
        File.WriteAllText(_folder.File("file"), "");
        var place = _folder.File("file/run");
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train("grpo", place));

        Assert.StartsWith($"The run directory '{place}' cannot be made: ", error.Message);
        Assert.EndsWith(" Make room, or name a directory that you may write to, then begin again.", error.Message);
    }

    [Fact]
    public void A_model_folder_without_a_tokenizer_is_refused()
    {
        var folder = Directory.CreateDirectory(_folder.File("model")).FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        var error = Assert.Throws<TokenizationException>(() => TinyRun.Train("grpo", _place.Root, TinyRun.Folder(folder)));

        Assert.Equal($"{folder} has no tokenizer.json; a model folder needs one. Copy it from the model's source.", error.Message);
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void A_prompt_longer_than_the_context_is_found_before_anything_is_written(string kind)
    {
        var data = Problems("""{"prompt": "abc", "answer": "cba"}""", """{"prompt": "abcabcabcabc", "answer": "c"}""");
        var error = Assert.Throws<DataException>(() => TinyRun.Train(kind, _place.Root, [.. data, "rollout.maxNewTokens=5"]));

        Assert.Equal(
            "Problem 'data.jsonl:2' has a prompt of 12 tokens, which with rollout.maxNewTokens 5 does not fit the model's context of 16; shorten it, "
            + "leave it out, lower rollout.maxNewTokens, or set data.longPrompts=drop.",
            error.Message);
        AssertNothingWritten();
    }

    [Fact]
    public void A_demonstration_longer_than_the_context_is_found_before_anything_is_written()
    {
        var data = Problems("""{"prompt": "abc", "completion": "cba"}""", """{"prompt": "abcabcab", "completion": "cbacbacb"}""");
        var error = Assert.Throws<DataException>(() => TinyRun.Train("sft", _place.Root, data));

        Assert.Equal(
            "Demonstration 'data.jsonl:2' has 8 prompt and 9 completion tokens (end of sequence included), but the model's context is 16; shorten "
            + "it, leave it out, set data.longPrompts=drop, or make a model with a larger contextLength.",
            error.Message);
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("sft", "completion")]
    [InlineData("grpo", "answer")]
    public void A_character_that_the_tokenizer_does_not_know_is_found_before_anything_is_written(string kind, string answer)
    {
        TinyRun.Train("sft", _folder.File("sft"), "steps=1");
        var data = Problems($$"""{"prompt": "abc", "{{answer}}": "cba"}""", $$"""{"id": "mine", "prompt": "abÄc", "{{answer}}": "c"}""");
        var error = Assert.Throws<DataException>(() => TinyRun.Train(
            kind, _place.Root, [.. data, TinyRun.Folder(_folder.File("sft/model"))]));

        Assert.StartsWith("Problem 'mine': Character 'Ä'", error.Message);
        Assert.Contains("at position 2 is not in the tokenizer's alphabet of 27 characters", error.Message);
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void Data_without_a_line_are_refused(string kind)
    {
        var error = Assert.Throws<DataException>(() => TinyRun.Train(kind, _place.Root, Problems("")));

        Assert.StartsWith($"{_folder.File("data.jsonl")} has no lines of data. Every line must be a JSON object such as ", error.Message);
        AssertNothingWritten();
    }

    [Fact]
    public void A_group_of_one_cannot_be_compared()
    {
        var options = RunFile.ParseRun(TinyRun.File("grpo"), []);
        options = options with { Rollout = options.Rollout with { SamplesPerPrompt = 1, PromptsPerStep = 16, MaxRefills = 0 } };
        var error = Assert.Throws<OptionsException>(() => PolicyRun.Start(_place.Root, options, new SilentSink()));

        Assert.Equal(
            $"{_place.Root}: rollout.samplesPerPrompt is 1: comparing a group needs at least 2 completions of a prompt; raise it, or choose an "
            + "advantage with a critic.",
            error.Message);
        AssertNothingWritten();
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void Bad_lines_and_long_prompts_are_left_out_and_counted_where_asked(string kind)
    {
        var sink = new KeepingSink();
        var data = Problems(
            """{"question": "abc", "answer": "cba"}""",
            """{"question": 5}""",
            """{"question": "abcabcabcabcabc", "answer": "c"}""",
            """{"question": "bc", "answer": "cb"}""",
            """{"question": "bc", "answer": "cb"}""");
        string[] sets = [.. data, "data.skipBadLines=true", "data.longPrompts=drop", .. kind == "sft" ? Array.Empty<string>() : ["rollout.maxNewTokens=5"]];
        var result = TinyRun.Train(kind, _place.Root, sink, TinyRun.Never, [.. sets, Steps(kind, 2)]);

        Assert.Equal(2, result.ValidationRows); // neither the long one nor the repeated one
        Assert.Contains(sink.Notices, notice => notice.Contains("bad lines skipped: 1; 4 rows are left.\n  line 2: ", StringComparison.Ordinal));
        Assert.Contains("Rows that repeat the prompt and the answer of an earlier one: 1 of 4; they count double in training.", sink.Notices);
        Assert.Contains("Rows left out: 1 of 4, as they do not fit the model's context of 16 tokens.", sink.Notices);
        Assert.Equal(3, TinyRun.Resume(kind, _place.Root, Steps(kind, 3)).Step);
    }

    [Fact]
    public void A_run_that_goes_on_leaves_out_the_same_long_prompts()
    {
        // Of the context of 16, 8 are for completions: the one test problem fits with its 7 tokens, though the longest that the run sees has 3.
        string Of(Split split, int length) => Enumerable.Range(0, 10_000).Select(i => $"{i}".PadLeft(length, '0')).First(prompt => Splits.Of(prompt) == split);
        var seen = Enumerable.Range(100, 900).Select(i => $"{i}").Where(prompt => Splits.Of(prompt) == Split.Train).Take(24);
        string[] prompts = [.. seen, Of(Split.Validation, 3), Of(Split.Test, 7)];
        var data = Problems([.. prompts.Select(prompt => $$"""{"prompt": "{{prompt}}", "answer": "1"}""")]);
        var (first, second) = (new KeepingSink(), new KeepingSink());
        TinyRun.Train("grpo", _place.Root, first, TinyRun.Never, [.. data, "data.longPrompts=drop", "budget.steps=2"]);
        TinyRun.Resume("grpo", _place.Root, second, TinyRun.Never, "budget.steps=3");

        Assert.Empty(first.Notices);
        Assert.Empty(second.Notices);
        Assert.Equal(8, PolicyRun.ReadOptions(_place.Root, []).Rollout.MaxNewTokens);
    }

    [Fact]
    public void A_run_says_that_references_with_marked_answers_are_matched_whole()
    {
        var sink = new KeepingSink();
        TinyRun.Train("grpo", _place.Root, sink, TinyRun.Never, [.. Problems("""{"prompt": "ab", "answer": "ba #### b"}"""), Steps("grpo", 1)]);

        Assert.Contains(sink.Notices, notice => notice.StartsWith("Of 1 references, 1 mark their answer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sft", 1)]
    [InlineData("sft", 3)]
    [InlineData("grpo", 1)]
    [InlineData("grpo", 3)]
    [InlineData("ppo", 1)]
    public void A_few_lines_of_data_are_enough(string kind, int lines)
    {
        var sink = new KeepingSink();
        var data = Problems(Enumerable.Range(0, lines).Select(i => $$"""{"prompt": "{{"abc"[i]}}b", "answer": "b{{"abc"[i]}}"}""").ToArray());
        var result = TinyRun.Train(kind, _place.Root, sink, TinyRun.Never, [.. data, Steps(kind, 3)]);

        Assert.Equal((RunEnd.BudgetUsed, 3L), (result.End, result.Step));
        Assert.Contains($" is {lines}, too few to hold some out, as there are fewer than 20 or a split would be empty", Assert.Single(sink.Notices));
        Assert.Equal(4, TinyRun.Resume(kind, _place.Root, Steps(kind, 4)).Step);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void Data_that_changed_since_the_run_began_are_refused(string kind)
    {
        var data = Problems("""{"prompt": "abc", "answer": "cba"}""", """{"prompt": "ab", "answer": "ba"}""");
        TinyRun.Train(kind, _place.Root, [.. data, Steps(kind, 2)]);
        var options = File.ReadAllText(_place.Options);
        Problems("""{"prompt": "abc", "answer": "cba"}""", """{"prompt": "ac", "answer": "ba"}""");
        var error = Assert.Throws<TrainingException>(() => TinyRun.Resume(kind, _place.Root, Steps(kind, 4)));

        Assert.Matches(
            "^'.*data.jsonl' is not what it was when the run began \\(SHA-256 [0-9a-f]{12} then, [0-9a-f]{12} now\\), and other data would "
            + "change steps that are done; put the old file back, or begin a new run.$",
            error.Message);
        Assert.Equal(options, File.ReadAllText(_place.Options));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void Data_may_have_moved(string kind)
    {
        var data = Problems("""{"prompt": "abc", "answer": "cba"}""", """{"prompt": "ab", "answer": "ba"}""");
        TinyRun.Train(kind, _place.Root, [.. data, Steps(kind, 2)]);
        File.Move(_folder.File("data.jsonl"), _folder.File("moved.jsonl"));

        Assert.Equal(4, TinyRun.Resume(kind, _place.Root, Steps(kind, 4), $"data.path={_folder.File("moved.jsonl")}").Step);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void Data_that_are_gone_are_said(string kind)
    {
        var data = Problems("""{"prompt": "abc", "answer": "cba"}""");
        TinyRun.Train(kind, _place.Root, [.. data, Steps(kind, 2)]);
        File.Delete(_folder.File("data.jsonl"));
        var error = Assert.Throws<DataException>(() => TinyRun.Resume(kind, _place.Root, Steps(kind, 4)));

        Assert.StartsWith($"{_folder.File("data.jsonl")} cannot be read: ", error.Message);
    }

    private static string Steps(string kind, int steps) => kind == "sft" ? $"steps={steps}" : $"budget.steps={steps}";

    private string[] Problems(params string[] lines)
    {
        File.WriteAllLines(_folder.File("data.jsonl"), lines);
        return [$"data={{\"kind\": \"file\", \"path\": \"{_folder.File("data.jsonl")}\"}}"];
    }

    private void AssertNothingWritten() => Assert.False(Directory.Exists(_place.Root));

    private string[] Contents() => Directory.GetFiles(_place.Root, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(file => file + RunBits.Hash(file))
        .ToArray();
}
