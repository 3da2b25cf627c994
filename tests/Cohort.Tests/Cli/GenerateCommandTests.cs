using System.Text.Json;

namespace Cohort.Tests.Cli;

public sealed class GenerateCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private string[] Generate => ["generate", "--model", tiny.Model, "--prompt", "2+2=", "--max-tokens", "12", "--min-tokens", "12"];

    [Fact]
    public void One_answer_is_streamed_and_is_the_one_that_json_gives()
    {
        foreach (var seed in new[] { "1", "2", "3" })
        {
            var streamed = CommandLine.Succeed([.. Generate, "--seed", seed, "--temperature", "1.2", "--top-k", "9"]);
            var whole = CommandLine.Succeed([.. Generate, "--seed", seed, "--temperature", "1.2", "--top-k", "9", "--json"]).Json;
            var completion = whole.GetProperty("completions")[0];
            Assert.Equal(completion.GetProperty("text").GetString() + Environment.NewLine, streamed.Output);
            Assert.True(streamed.Output.Length > 6);
        }
    }

    [Fact]
    public void Several_answers_are_printed_a_line_each() =>
        Assert.Equal(3, CommandLine.Succeed([.. Generate, "--samples", "3"]).Output.TrimEnd().Split(Environment.NewLine).Length);

    [Fact]
    public void Stop_texts_end_the_answer_before_them_or_with_them()
    {
        var text = Text(Generate);
        var (one, other) = (text.Substring(5, 2), text.Substring(3, 3));
        var end = Math.Min(text.IndexOf(one, StringComparison.Ordinal), text.IndexOf(other, StringComparison.Ordinal));
        string[] stops = ["--stop", one, "--stop", other, "--min-tokens", "0"];
        var cut = CommandLine.Succeed([.. Generate[..^2], .. stops, "--json"]).Json.GetProperty("completions")[0];

        // Without --min-tokens the draws are other ones as soon as an end of sequence is likely; the text ends before the stop texts in any case.
        Assert.DoesNotContain(one, cut.GetProperty("text").GetString());
        Assert.DoesNotContain(other, cut.GetProperty("text").GetString());
        Assert.True(end >= 0);

        var all = CommandLine.Succeed([.. Generate[..^2], "--stop", "=", "--stop", "+", "--samples", "40", "--json"]).Json.GetProperty("completions");
        Assert.All(all.EnumerateArray(), each => Assert.Equal(-1, each.GetProperty("text").GetString()!.IndexOfAny(['=', '+'])));
        var kept = CommandLine.Succeed([.. Generate[..^2], "--stop", "=", "--include-stop", "--samples", "40", "--json"]).Json.GetProperty("completions");
        string[] texts = [.. kept.EnumerateArray().Where(each => each.GetProperty("finish").GetString() == "stop").Select(Text)];
        Assert.Contains(texts, each => each.EndsWith('='));
        Assert.All(texts, each => Assert.InRange(each.IndexOf('=') + 1, 0, each.Length));
        Assert.All(texts.Where(each => each.Contains('=')), each => Assert.Equal(each.Length - 1, each.IndexOf('=')));
    }

    [Theory]
    [InlineData("2+2=")]
    [InlineData("2+2=\n")]
    [InlineData("2+2=\r\n")]
    public void Prompt_of_a_dash_is_standard_input_without_its_last_line_end(string input)
    {
        string[] piped = [.. Generate.Select(word => word == "2+2=" ? "-" : word)];
        Assert.Equal(CommandLine.Succeed(Generate).Output, CommandLine.Pipe(input, piped).Output);
    }

    [Fact]
    public void Empty_stop_text_is_refused() => CommandLine.Refuse([.. Generate, "--stop", ""], "--stop is empty; it must have at least one character.");

    [Fact]
    public void Evaluation_ends_answers_at_stop_texts()
    {
        CommandLine.Succeed(
            "evaluate", "--model", tiny.Model, "--problems", tiny.Problems, "--split", "all", "--samples", "8", "--max-tokens", "6",
            "--stop", "+", "--stop", "7", "--include-stop", "--out", tiny.File("stopped.jsonl"));
        JsonElement[] answers = [.. File.ReadLines(tiny.File("stopped.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        string[] texts = [.. answers.Select(answer => answer.GetProperty("completion").GetString()!)];
        Assert.Contains(texts, text => text.EndsWith('+'));
        Assert.Contains(texts, text => text.EndsWith('7'));
        Assert.All(answers.Zip(texts), pair => Assert.True(
            pair.Second.AsSpan().IndexOfAny('+', '7') is var at && (at < 0 || (at == pair.Second.Length - 1 && pair.First.GetProperty("finish").GetString() == "stop"))));
    }

    [Fact]
    public void Training_ends_completions_at_stop_texts_and_counts_them_as_ended()
    {
        CommandLine.Succeed(tiny.Train(
            "stops", "--set", "rollout.stop=[\"+\",\"=\"]", "--set", "rollout.promptsPerStep=3", "--set", "rollout.samplesPerPrompt=8", "--set",
            "rollout.loggedPrompts=3", "--set", "rollout.maxNewTokens=6"));
        JsonElement[] lines = [.. File.ReadLines(Path.Combine(tiny.File("stops"), "rollouts.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(48, lines.Length);
        Assert.All(lines, line => Assert.Equal(-1, line.GetProperty("completion").GetString()!.IndexOfAny(['+', '='])));

        // The token that completed a stop text is counted, and the text is one character a token.
        Assert.Contains(lines, line => line.GetProperty("finish").GetString() == "stop"
            && line.GetProperty("tokens").GetInt32() == line.GetProperty("completion").GetString()!.Length + 1);
        var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(tiny.File("stops"), "options.json"))).RootElement.GetProperty("rollout");
        Assert.Equal(["+", "="], options.GetProperty("stop").EnumerateArray().Select(stop => stop.GetString()!));
        Assert.Equal(512, options.GetProperty("largestBatch").GetInt32());

        CommandLine.Refuse(tiny.Train("bad", "--set", "rollout.stop=[\"\"]"), "rollout.stop is [\"\"]; it must be a list of strings, none of them empty or with a zero character.");
        CommandLine.Refuse(tiny.Train("bad", "--set", "rollout.stop=x"), "rollout.stop is \"x\"; it must be a list of strings.");
    }

    [UnixFact]
    public void Interrupted_stream_keeps_what_there_is_and_ends_its_line()
    {
        CommandLine.Succeed(
            "sft", "--out", tiny.File("long"), "--threads", "1", "--set", "model.kind=new", "--set", "model.hiddenSize=16", "--set", "model.layers=1",
            "--set", "model.heads=2", "--set", "model.keyValueHeads=1", "--set", "model.contextLength=200000", "--set", $"data.path={tiny.Problems}",
            "--set", "steps=1", "--set", "batchRows=3", "--set", "evaluation.every=0");
        var file = tiny.File("streamed.txt");
        using var process = new ChildProcess("bash", "-c", $"exec '{ChildProcess.Tool}' generate --model '{tiny.File("long")}/model' --prompt 2+2= "
            + $"--max-tokens 190000 --min-tokens 190000 > '{file}'");
        process.WaitUntil(() => File.Exists(file) && new FileInfo(file).Length > 20);
        process.Signal("INT");
        var line = process.Wait();

        Assert.Equal(130, line.Code);
        Assert.DoesNotContain("error", line.Error);
        var text = File.ReadAllText(file);
        Assert.EndsWith("\n", text);
        Assert.True(text.Length < 190_000);
    }

    private static string Text(string[] args) => Text(CommandLine.Succeed([.. args, "--json"]).Json.GetProperty("completions")[0]);

    private static string Text(JsonElement completion) => completion.GetProperty("text").GetString()!;
}
