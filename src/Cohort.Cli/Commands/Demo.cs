using System.Diagnostics;
using Cohort.Cli.Terminals;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Evaluation;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>The demo's phases, one after the other; settings are <see cref="DemoPlan"/>'s.</summary>
/// <param name="context">Where it prints, and what stops it.</param>
/// <param name="root">Its directory.</param>
/// <param name="seed">Seed of all three runs.</param>
/// <param name="threads">Threads; 0 is the physical cores.</param>
/// <param name="quick">Whether it only shows that everything works.</param>
internal sealed class Demo(Context context, string root, ulong seed, int threads, bool quick)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Runs it and prints what came out.</summary>
    /// <param name="json">As one JSON object instead of tables.</param>
    /// <returns>The exit code.</returns>
    public int Run(bool json)
    {
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
            throw new UsageException($"{root} is not empty; name another directory for --out, or none.");

        Explain("1/4 SFT", "a new model learns from demonstrations until it gets a quarter right");
        var options = UsageException.Check(() => DemoPlan.Sft(seed, quick) with { Threads = threads });
        var sft = Show("sft", sink => SftRun.Start(Place("sft"), options, sink), (run, cancel) => run.Train(cancel));
        if (IsStopped(sft))
            return Stopped("sft");

        Explain("2/4 GRPO", "eight tries per problem; those that beat the others become likelier");
        var grpo = Train("grpo", DemoPlan.Grpo(seed, sft.Run.ModelFolder, quick));
        if (IsStopped(grpo))
            return Stopped("grpo");

        Explain("3/4 PPO", "same start, as many tokens; one try per problem, judged by a critic");
        var ppo = Train("ppo", DemoPlan.Ppo(seed, sft.Run.ModelFolder, grpo.Run.SampledTokens, quick));
        if (IsStopped(ppo))
            return Stopped("ppo");

        Explain("4/4 test", $"all three answer {DemoPlan.TestProblems(quick):#,0} problems that no run has seen");
        var models = ProgressView.Show(context.Terminal, "test", view => new[] { ("base", sft), ("GRPO", grpo), ("PPO", ppo) }
            .Select((model, index) => Measure(model.Item1, model.Item2, index, view))
            .ToArray());
        var report = DemoPage.Write(root, models);
        new DemoSummary(report, models[0], models[1], models[2], _watch.Elapsed).Print(context.Terminal, json);
        return ExitCode.Success;
    }

    private string Place(string phase) => Path.Combine(root, phase);

    private void Explain(string phase, string text) => context.Terminal.Say($"{phase}: {text}");

    private static bool IsStopped(DemoRun run) => run.Run.End == RunEnd.Cancelled;

    private int Stopped(string phase)
    {
        context.Terminal.Say("Stopped. Every finished step is saved; this phase goes on by");
        context.Terminal.Say($"  ./cohort {(phase == "sft" ? "sft" : "train")} --resume {Place(phase)}");
        return context.Interruption.ExitCode;
    }

    private DemoRun Train(string name, RunOptions options) => Show(
        name, sink => PolicyRun.Start(Place(name), options with { Threads = threads }, sink), (run, cancel) => run.Train(cancel));

    private DemoRun Show<TRun>(string name, Func<IMetricSink, TRun> start, Func<TRun, CancellationToken, RunResult> train)
        where TRun : IDisposable
    {
        var watch = Stopwatch.StartNew();
        var result = RunView.Show(context.Terminal, name, past: "", sink =>
        {
            using var run = start(sink);
            return train(run, context.Interruption.Token);
        });
        return new(result, watch.Elapsed);
    }

    private DemoModel Measure(string name, DemoRun run, int index, ProgressView view)
    {
        var task = BundledTasks.Create(TaskName.Sort, DemoPlan.Size);
        var problems = new TaskProblems(task, seed).HeldOut(Split.Test, DemoPlan.TestProblems(quick));
        using var model = LoadedModel.Load(run.Run.ModelFolder, DeviceKind.Auto);
        var evaluation = new HeldOutEvaluation(model.Sampler, model.Prompts(), RewardSet.Of(new TaskReward(task), TimeSpan.FromSeconds(10)));
        var sampling = new EvaluationSampling { MaxNewTokens = task.LongestAnswer + 1 };
        return new(name, run, Answer(sampling, 2 * index), Answer(sampling with { Temperature = 0 }, (2 * index) + 1));

        EvaluationResult Answer(EvaluationSampling draw, int part) => evaluation.Measure(
            problems,
            draw,
            new SampleSeed(seed, Purpose.TestTokens, Step: 0),
            done =>
            {
                view.Advance((part + ((double)done / problems.Count)) / 6);
                view.Detail($"{name}, {(part % 2 == 0 ? "sampled" : "greedy")} answers");
            },
            context.Interruption.Token);
    }
}

/// <summary>One of the demo's runs and how long it took.</summary>
internal sealed record DemoRun(RunResult Run, TimeSpan Time);

/// <summary>One of the demo's models, measured on test problems.</summary>
internal sealed record DemoModel(string Name, DemoRun Trained, EvaluationResult Sampled, EvaluationResult Greedy);
