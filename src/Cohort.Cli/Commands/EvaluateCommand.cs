using System.CommandLine;
using System.Diagnostics;
using Cohort.Cli.Terminals;
using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>`cohort evaluate`: how many held-out problems a model answers right.</summary>
internal sealed class EvaluateCommand
{
    private readonly Option<string> _model = SharedOptions.Model();
    private readonly ProblemOptions _problems = new();
    private readonly Option<int> _samples = SharedOptions.Count(
        "--samples", "K", "Answers per problem; above 1, pass@K and maj@K are estimated too", 1, 1);

    private readonly Option<double> _temperature = SharedOptions.Temperature();
    private readonly Option<int> _maxTokens = SharedOptions.Count(
        "--max-tokens", "N", "The longest answer, in tokens; 0 is the task's longest, or 64 for a file", 0, 0);

    private readonly Option<string?> _longPrompts = SharedOptions.Choice(
        "--long-prompts", "What is done with problems that do not fit the context together with the longest answer [default: refuse]", "refuse", "drop");

    private readonly Option<string[]> _stop = SharedOptions.Stop();
    private readonly Option<bool> _includeStop = SharedOptions.IncludeStop();
    private readonly Option<string?> _chat = SharedOptions.Choice(
        "--chat", "Write prompts with the model's chat template [default: auto, those that are messages]", "auto", "always", "never");

    private readonly Option<string?> _system = SharedOptions.System();
    private readonly Option<ulong> _seed = SharedOptions.Seed();
    private readonly Option<string?> _out = SharedOptions.Text("--out", "FILE", "Write every answer to this file, one JSON object a line");
    private readonly Option<DeviceKind> _device = SharedOptions.Device();
    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var options = new EvaluateCommand();
        var command = new TaughtCommand(
            "evaluate",
            "Measure a model on held-out problems.",
            "Prints the share that it answers right (pass@1) when sampling and with its most likely answer, with 95 % intervals.",
            "./cohort evaluate --model runs/train-1/model --task sort",
            "./cohort evaluate --model runs/train-1/model --problems mine.jsonl --reward number --samples 8 --out answers.jsonl")
        {
            options._model, options._samples, options._temperature, options._maxTokens, options._longPrompts, options._stop, options._includeStop,
            options._chat, options._system, options._seed, options._device, options._out, options._json,
        };
        options._problems.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, context));
        return command;
    }

    private ChatUse Use(ParseResult parsed) => parsed.GetValue(_chat) is { } word ? Enum.Parse<ChatUse>(word, ignoreCase: true) : ChatUse.Auto;

    private int Run(ParseResult parsed, Context context)
    {
        var watch = Stopwatch.StartNew();
        var set = _problems.Read(parsed);
        foreach (var notice in set.Notices)
            context.Terminal.Say(notice);

        var samples = parsed.GetValue(_samples);
        var asked = parsed.GetValue(_maxTokens);
        var sampling = UsageException.Check(() => new EvaluationSampling
        {
            Temperature = parsed.GetValue(_temperature),
            MaxNewTokens = asked == 0 ? set.LongestAnswer : asked,
            Stop = [.. parsed.GetValue(_stop)!],
            IncludeStop = parsed.GetValue(_includeStop),
        });
        using var answers = AnswerFile.Open(parsed.GetValue(_out));
        using var model = LoadedModel.Load(parsed.GetValue(_model)!, parsed.GetValue(_device));
        var prompts = model.Prompts(Use(parsed), parsed.GetValue(_system) ?? "");
        using var rewards = UsageException.Check(() => StandaloneReward.Open(set.Reward, set.Data, prompts, sampling.MaxNewTokens, model.Placement));
        set = set.Fitting(
            problem => prompts.Encode(problem).Count, sampling.MaxNewTokens, model.ContextLength, leavesOut: parsed.GetValue(_longPrompts) == "drop");
        var evaluation = new HeldOutEvaluation(model.Sampler, prompts, rewards);
        var (sampled, greedy) = ProgressView.Show(context.Terminal, "evaluate", view => (
            Measure(samples, sampling, 0, view), Measure(1, sampling with { Temperature = 0 }, 1, view)));
        AnswerFile.Write(answers, sampled, greedy);
        var summary = new EvaluationSummary(set, sampled, greedy, watch.Elapsed);
        summary.Print(context.Terminal, parsed.GetValue(_json));
        if (sampled.Unscored + greedy.Unscored == sampled.Answers.Count + greedy.Answers.Count)
            throw new TrainingException($"No answer has a score; the commonest reason: {sampled.UnscoredReasons[0].Reason}. Mend what --reward names.");

        return ExitCode.Success;

        EvaluationResult Measure(int answers, EvaluationSampling draw, int part, ProgressView view) => UsageException.Check(() =>
            evaluation.Measure(
                set.Problems,
                answers,
                draw,
                new SampleSeed(parsed.GetValue(_seed), Purpose.TestTokens, Step: 0),
                done =>
                {
                    view.Advance((part + ((double)done / set.Problems.Count)) / 2);
                    view.Detail($"{(part == 0 ? "sampled" : "greedy")} answers to {done} of {set.Problems.Count} problems");
                },
                context.Interruption.Token));
    }
}
