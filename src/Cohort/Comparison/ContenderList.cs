using System.Diagnostics;
using System.Text.RegularExpressions;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>From a request to contenders with all their options, each checked as a run's are.</summary>
public static partial class ContenderList
{
    /// <summary>Where bases of a comparison lie, relative to its directory.</summary>
    internal const string Bases = "bases";

    private const string CriticOptimizer = "algorithm.advantage.critic.optimizer";

    private static readonly Variant NoVariant = new("", []);

    private static readonly string[] Given = ["seed", "threads", "budget.steps", "evaluation.every", "evaluation.curve"];

    private static readonly string[] Equal = ["seed", "threads", "budget", "evaluation", "data", "checkpoints"];

    /// <summary>The contenders of every task and arm.</summary>
    /// <param name="request">What a user asks for.</param>
    /// <exception cref="OptionsException">It cannot be compared so; names every problem.</exception>
    public static IReadOnlyList<Contender> Of(ComparisonRequest request)
    {
        OptionsException.ThrowIfAny(Problems(request), "compare");
        var contenders = request.RunFiles.SelectMany(file => OfTask(file, request)).ToList();
        OptionsException.ThrowIfAny(
            contenders.SelectMany(contender => contender.Options.Problems().Select(problem => $"{NameOf(contender)}: {problem}")), "compare");
        return contenders;
    }

    private static IEnumerable<Contender> OfTask(string file, ComparisonRequest request)
    {
        var task = TaskOf(file);
        var run = Read(file, NoVariant, request);
        var critic = CriticOf(run, request.Critic, file);
        foreach (var (arm, preset) in request.Arms.SelectMany(arm => request.Algorithms.Select(preset => (arm, preset))))
        {
            var options = arm switch
            {
                Arm.Usual => Usual(ComparisonArms.Usual(run, preset, critic), preset, request, file),
                Arm.Controlled => ComparisonArms.Controlled(run, preset, critic),
                _ => throw new UnreachableException(),
            };
            yield return new(task, arm, ComparisonArms.NameOf(preset), options);
        }

        foreach (var variant in request.Variants)
            yield return new(task, Arm.Variant, variant.Name, Read(file, variant, request));
    }

    private static RunOptions Usual(RunOptions published, AlgorithmPreset preset, ComparisonRequest request, string file)
    {
        var sets = request.Usual.Where(setting => setting.Algorithm == preset).SelectMany(setting => setting.Sets).ToArray();
        if (sets.Length == 0)
            return published;

        var own = RunFile.ParseRun(RunFile.Write(published), sets, file);
        OptionsException.ThrowIfAny(Unequal(own, own.Budget.Tokens), $"--usual {ComparisonArms.NameOf(preset)}");
        return own;
    }

    // The run file with the same budget, curve and threads for every contender; refuses what would end or change a run by something else.
    private static RunOptions Read(string file, Variant variant, ComparisonRequest request)
    {
        string[] bases = request.Base is BasePerSeed ? [$"model.path={Bases}"] : [];
        var run = RunFile.ReadRun(file, [.. request.Sets, .. variant.Sets, .. bases]);
        var tokens = request.Tokens > 0 ? request.Tokens : run.Budget.Tokens;
        OptionsException.ThrowIfAny(Unequal(run, tokens), RunFileText.Source(file) + (variant == NoVariant ? "" : $", variant {variant.Name}"));
        return Setup.Dated(run with
        {
            Threads = request.Threads,
            Model = request.Base is BasePerSeed && run.Model is FolderModel folder ? folder with { Path = Bases } : run.Model,
            Budget = new() { Steps = 0, Tokens = tokens },
            Evaluation = run.Evaluation with { Every = 0, Curve = request.Curve },
        });
    }

    private static CriticAdvantage CriticOf(RunOptions run, IReadOnlyList<string> sets, string file)
    {
        var critic = run.Algorithm.Advantage as CriticAdvantage ?? new CriticAdvantage();
        if (sets.Count == 0)
            return critic;

        var holder = run with { Algorithm = AlgorithmOptions.Ppo with { Advantage = critic }, Rollout = run.Rollout with { MaxRefills = 0 } };
        var read = RunFile.ParseRun(RunFile.Write(holder), [.. sets.Select(set => $"algorithm.advantage.{set}")], file);
        critic = (CriticAdvantage)read.Algorithm.Advantage;
        OptionsException.ThrowIfAny(ByStep(CriticOptimizer, critic.Critic.Optimizer), "--critic");
        return critic;
    }

    private static IEnumerable<string> Problems(ComparisonRequest request)
    {
        var tasks = request.RunFiles.Select(TaskOf).ToArray();
        foreach (var name in tasks.Concat(request.Variants.Select(variant => variant.Name)).Where(name => !Name().IsMatch(name)))
            yield return $"\"{name}\" cannot be the name of a task or a variant: it names a folder; take letters, digits, '.', '_' and '-'.";

        foreach (var name in Repeated(tasks))
            yield return $"Two run files are named {name}; tasks are told apart by the names of their run files, so rename one.";

        foreach (var name in Repeated(request.Variants.Select(variant => variant.Name)))
            yield return $"Two variants are named {name}; rename one.";

        foreach (var name in Repeated(request.Algorithms.Select(ComparisonArms.NameOf)))
            yield return $"--algorithms names {name} twice; name it once.";

        if (request.Algorithms.Count == 0 && request.Variants.Count == 0)
            yield return "There is nothing to compare; name --algorithms such as ppo,grpo, or contenders by --variant \"NAME KEY=VALUE\".";

        if (request.Algorithms.Count > 0 && request.Arms.Count == 0)
            yield return "--arms names no arm; name usual, controlled, or both.";

        foreach (var name in request.Usual.Select(setting => setting.Algorithm).Where(each => !request.Algorithms.Contains(each)).Select(ComparisonArms.NameOf))
            yield return $"--usual speaks of {name}, which is not among --algorithms; name it there, or leave its settings out.";

        if (request.Usual.Count > 0 && !request.Arms.Contains(Arm.Usual))
            yield return "--usual is for the usual arm, which --arms leaves out; name it there, or leave --usual out.";

        foreach (var set in request.Sets.Where(set => Given.Any(key => $"{set.Split('=')[0]}.".StartsWith(key + ".", StringComparison.Ordinal))))
        {
            yield return $"--set {set} would change nothing: seeds come from --first-seed and --seeds, threads from --threads, the length of runs from "
                + "--tokens, and the curve from --points, --problems, --samples and --split; leave it out.";
        }

        var settings = request.Variants.Select(variant => (Of: $"The variant {variant.Name}", variant.Sets))
            .Concat(request.Usual.Select(setting => (Of: $"--usual {ComparisonArms.NameOf(setting.Algorithm)}", setting.Sets)));
        foreach (var (of, set) in settings.SelectMany(each => each.Sets.Select(set => (each.Of, set))))
        {
            if (Equal.Contains(set.Split('.', '=')[0]))
            {
                yield return $"{of} sets {set}, but seeds, threads, budget, evaluation, data and checkpoints are the same for all "
                    + "contenders; leave it out, or use --set, --tokens, --threads for all.";
            }
        }

        if (request.Arms.Contains(Arm.Controlled))
        {
            foreach (var alike in request.Algorithms.GroupBy(preset => ComparisonArms.Controlled(new(), preset, new()).Algorithm.Advantage))
            {
                if (alike.Count() == 1)
                    continue;

                var names = alike.Select(ComparisonArms.NameOf).ToArray();
                yield return $"In the controlled arm only the credit differs, and {string.Join(" and ", names)} have the same one; leave out "
                    + $"{string.Join(" and ", names[1..])}, or compare them by --arms usual.";
            }
        }
    }

    private static IEnumerable<string> Unequal(RunOptions run, long tokens)
    {
        if (tokens == 0)
        {
            yield return "A comparison gives every run the same number of sampled tokens, but there is none; give --tokens, such as 200000, or set "
                + "budget.tokens.";
        }

        if (run.Evaluation is { StopAt: > 0 } or { Patience: > 0 })
        {
            yield return $"evaluation.stopAt is {run.Evaluation.StopAt} and evaluation.patience {run.Evaluation.Patience}, which would end runs at different "
                + "numbers of tokens; set both to 0.";
        }

        if (run.Evaluation.Metrics.Count > 0)
        {
            yield return "evaluation.metrics are measured with evaluation.every, and a comparison measures its own curve instead; leave them out "
                + "(--set evaluation.metrics={}).";
        }

        if (run.Rollout.Curriculum.LeaveOut > 0)
        {
            yield return $"rollout.curriculum.leaveOut is {run.Rollout.Curriculum.LeaveOut}, so that the problems would depend on what a contender solves; "
                + "set it to 0: all contenders see the same problems.";
        }

        var critic = run.Algorithm.Advantage is CriticAdvantage advantage ? advantage.Critic.Optimizer : new AdamOptions();
        foreach (var problem in ByStep("optimizer", run.Optimizer).Concat(ByStep(CriticOptimizer, critic)))
            yield return problem;
    }

    private static IEnumerable<string> ByStep(string key, OptimizerOptions optimizer)
    {
        if (optimizer.WarmupSteps > 0)
        {
            yield return $"{key}.warmupSteps is {optimizer.WarmupSteps}, but contenders take different numbers of optimizer steps for the same tokens; "
                + $"set it to 0, and {key}.warmupShare to the share of the budget over which the learning rate is to rise.";
        }

        if (optimizer.Schedule == LearningRateSchedule.InverseSquareRoot)
        {
            yield return $"{key}.schedule is inverseSquareRoot, which counts optimizer steps, but contenders take different numbers of them for the same "
                + "tokens; choose one that runs over the budget, such as oneLessRoot.";
        }
    }

    private static string NameOf(Contender contender) => $"{contender.Task}/{contender.Arm.ToString().ToLowerInvariant()}/{contender.Name}";

    private static string TaskOf(string file) => file == "" ? "run" : Path.GetFileNameWithoutExtension(file);

    private static IEnumerable<string> Repeated(IEnumerable<string> names) =>
        names.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => same.Key);

    [GeneratedRegex(@"^[\p{L}\p{Nd}_-][\p{L}\p{Nd}._-]{0,63}$")]
    private static partial Regex Name();
}
