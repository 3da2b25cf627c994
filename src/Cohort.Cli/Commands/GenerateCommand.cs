using System.CommandLine;
using Cohort.Cli.Terminals;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;

namespace Cohort.Cli.Commands;

/// <summary>`cohort generate`: what a model answers to one prompt.</summary>
internal sealed class GenerateCommand
{
    private const string StandardInput = "-";

    private readonly Option<string> _model = SharedOptions.Model();
    private readonly Option<string> _prompt =
        new("--prompt") { Description = "The text that the model continues; - reads standard input", HelpName = "TEXT", Required = true };

    private readonly Option<bool> _chat = SharedOptions.Flag("--chat", "The prompt is a user's message, written with the model's chat template");
    private readonly Option<string?> _system = SharedOptions.System();
    private readonly Option<int> _samples = SharedOptions.Count("--samples", "N", "How many answers", 1, 1);
    private readonly Option<int> _maxTokens = SharedOptions.Count(
        "--max-tokens", "N", "The longest answer, in tokens; 0 is 64, or what the context has room for", 0, 0);

    private readonly Option<double> _temperature = SharedOptions.Temperature();
    private readonly Option<int> _topK = SharedOptions.Count("--top-k", "K", "Only the K most likely tokens; 0 keeps all", 0, 0);
    private readonly Option<double> _topP = SharedOptions.Number(
        "--top-p", "P", "Only the most likely tokens that reach probability P together", 1);

    private readonly Option<double> _minP = SharedOptions.Number(
        "--min-p", "P", "Only tokens at least P times as likely as the most likely one", 0);

    private readonly Option<double> _repetitionPenalty = SharedOptions.Number(
        "--repetition-penalty", "R", "Logits of tokens seen before are divided by it where positive, else multiplied", 1);

    private readonly Option<int> _minTokens = SharedOptions.Count("--min-tokens", "N", "The shortest answer, in tokens", 0, 0);
    private readonly Option<string[]> _stop = SharedOptions.Stop();
    private readonly Option<bool> _includeStop = SharedOptions.IncludeStop();
    private readonly Option<bool> _greedy = SharedOptions.Flag("--greedy", "The most likely token, always");
    private readonly Option<ulong> _seed = SharedOptions.Seed();
    private readonly Option<DeviceKind> _device = SharedOptions.Device();
    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var options = new GenerateCommand();
        var command = new TaughtCommand(
            "generate",
            "Sample a model's answers to one prompt.",
            "One answer is shown as it is sampled, several once all are there. Characters that a terminal would obey are shown as their codes; --json "
            + "keeps them.",
            "./cohort generate --model runs/train-1/model --prompt 31415926=",
            "./cohort generate --model runs/train-1/model --prompt 31415926= --samples 5 --temperature 0.7 --top-p 0.9 --json",
            "./cohort generate --model runs/train-1/model --prompt - --stop '</answer>' --include-stop < question.txt")
        {
            options._model, options._prompt, options._chat, options._system, options._samples, options._maxTokens, options._temperature, options._topK,
            options._topP, options._minP, options._repetitionPenalty, options._minTokens, options._stop, options._includeStop, options._greedy,
            options._seed, options._device, options._json,
        };
        command.SetAction(parsed => options.Run(parsed, context));
        return command;
    }

    private int Run(ParseResult parsed, Context context)
    {
        var sampling = UsageException.Check(() => new EvaluationSampling
        {
            Temperature = parsed.GetValue(_greedy) ? 0 : parsed.GetValue(_temperature),
            TopK = parsed.GetValue(_topK),
            TopP = parsed.GetValue(_topP),
            MinP = parsed.GetValue(_minP),
            RepetitionPenalty = parsed.GetValue(_repetitionPenalty),
            MinNewTokens = parsed.GetValue(_minTokens),
            Stop = [.. parsed.GetValue(_stop)!],
            IncludeStop = parsed.GetValue(_includeStop),
        });
        using var model = LoadedModel.Load(parsed.GetValue(_model)!, parsed.GetValue(_device));
        var text = parsed.GetValue(_prompt) is var given && given == StandardInput ? ReadInput(context) : given!;
        var seed = new SampleSeed(parsed.GetValue(_seed), Purpose.GeneratedTokens, Step: 0);
        var system = parsed.GetValue(_system) ?? "";
        var use = parsed.GetValue(_chat) ? ChatUse.Always : system == "" ? ChatUse.Auto
            : throw new UsageException("--system is for conversations; add --chat.");
        var prompt = model.Prompts(use, system).Encode(new Problem("--prompt", text, Reference: ""));
        var room = model.ContextLength - prompt.Count;
        var asked = parsed.GetValue(_maxTokens);
        sampling = UsageException.Check(() => sampling with { MaxNewTokens = asked == 0 ? Math.Clamp(room, 1, 64) : asked });
        if (parsed.GetValue(_samples) == 1 && !parsed.GetValue(_json))
        {
            UsageException.Check(() => Stream(model, prompt, sampling, seed, context));
            return ExitCode.Success;
        }

        var completions = UsageException.Check(() => Sample(model, prompt, parsed.GetValue(_samples), sampling, seed, context));
        if (parsed.GetValue(_json))
            context.Terminal.Output.WriteLine(Json(text, completions));
        else
            foreach (var completion in completions)
                context.Terminal.Output.WriteLine(SafeText.Lines(completion.Text));

        return ExitCode.Success;
    }

    // A file's last line end is the file's and not the text's.
    private static string ReadInput(Context context)
    {
        var text = context.Input.ReadToEnd();
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }

    private static Completion Stream(LoadedModel model, IReadOnlyList<int> prompt, EvaluationSampling sampling, SampleSeed seed, Context context)
    {
        var output = context.Terminal.Output;
        try
        {
            var completion = model.Sampler.Stream(prompt, sampling, seed, Show, context.Interruption.Token);
            output.WriteLine();
            return completion;
        }
        catch (OperationCanceledException)
        {
            output.WriteLine(); // ends the line of what there is
            throw;
        }

        void Show(string piece)
        {
            output.Write(SafeText.Lines(piece));
            output.Flush();
        }
    }

    private static IReadOnlyList<Completion> Sample(
        LoadedModel model, IReadOnlyList<int> prompt, int samples, EvaluationSampling sampling, SampleSeed seed, Context context)
    {
        IReadOnlyList<Completion> completions = [];
        model.Sampler.Sample([prompt], samples, sampling, seed, group => completions = group.Completions, context.Interruption.Token);
        return completions;
    }

    private static string Json(string prompt, IReadOnlyList<Completion> completions) => SharedOptions.ToJson(new
    {
        prompt,
        completions = completions.Select(completion => new
        {
            text = completion.Text,
            tokens = completion.ResponseTokens.Count,
            finish = completion.FinishReason == FinishReason.Stop ? "stop" : "length",
            log_prob_nats = SharedOptions.Finite(completion.BehaviourLogProbs.Sum(logProb => (double)logProb)),
        }),
    });
}
