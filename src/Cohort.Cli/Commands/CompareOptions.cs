using System.CommandLine;
using Cohort.Comparison;
using Cohort.Data;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>The options of `cohort compare`, and the plan that they ask for.</summary>
internal sealed class CompareOptions
{
    private readonly Argument<string[]> _runFiles = new("RUNFILE")
    {
        Description = "JSON files with options, one per task; tasks have the files' names",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _algorithms = SharedOptions.Text("--algorithms", "NAMES", "Algorithms, such as ppo,grpo,rloo");
    private readonly Option<string?> _arms = SharedOptions.Text(
        "--arms", "NAMES", "usual: as published; controlled: only the credit differs [default: usual,controlled]");

    private readonly Option<int?> _seeds = new("--seeds") { Description = "Seeds; with --resume in all [default: 5]", HelpName = "N" };
    private readonly Option<ulong?> _firstSeed = new("--first-seed") { Description = "The first seed; the others follow it [default: 1]", HelpName = "N" };
    private readonly Option<long?> _tokens = new("--tokens") { Description = "Sampled tokens of each run [default: budget.tokens]", HelpName = "N" };
    private readonly Option<int?> _points = new("--points") { Description = "Measurements of the curve after the start [default: 10]", HelpName = "N" };
    private readonly Option<int?> _problems = new("--problems") { Description = "Held-out problems of each measurement [default: 200]", HelpName = "N" };
    private readonly Option<int?> _samples = new("--samples") { Description = "Sampled answers per held-out problem [default: 4]", HelpName = "N" };
    private readonly Option<string?> _split = SharedOptions.Choice("--split", "Held-out problems [default: test]", "test", "validation");
    private readonly Option<string[]> _variants = Repeated("--variant", "TEXT", "A contender: \"NAME KEY=VALUE KEY=VALUE\"; may be repeated");
    private readonly Option<string[]> _sets = Repeated("--set", "KEY=VALUE", "Override an option for all contenders; may be repeated");
    private readonly Option<string?> _critic = SharedOptions.Text(
        "--critic", "TEXT", "The critic where there is one, \"KEY=VALUE KEY=VALUE\" below algorithm.advantage, such as \"lambda=1 critic.start.kind=fresh\"");

    private readonly Option<string[]> _usual = Repeated(
        "--usual", "TEXT", "Settings of one algorithm in the usual arm, \"ALGORITHM KEY=VALUE\", such as its own learning rate; may be repeated");

    private readonly Option<double?> _threshold = new("--threshold")
    {
        Description = "The pass@1 whose first reaching is timed, in (0, 1] [default: half way from the first contender's start to its end]",
        HelpName = "SHARE",
    };

    private readonly Option<bool> _wallClock = SharedOptions.Flag("--wall-clock", "Compare at equal wall-clock time instead of processor time");

    private readonly Option<int?> _threads = new("--threads") { Description = "Threads of each run, whatever runs beside it [default: 1]", HelpName = "N" };
    private readonly Option<string?> _basePerSeed = SharedOptions.Text(
        "--base-per-seed", "SFTRUNFILE", "Fine-tune a base per seed, from which the runs of that seed start");

    private readonly Option<bool> _keepModels = SharedOptions.Flag("--keep-models", "Keep the trained models");
    private readonly Option<bool> _noCostProbes = SharedOptions.Flag("--no-cost-probes", "Do not measure cost over group sizes and lengths at the end");
    private readonly Option<string?> _out = SharedOptions.Text("--out", "DIR", "Directory of the comparison [default: runs/compare-<n>]");
    private readonly Option<string?> _resume = SharedOptions.Text("--resume", "DIR", "Go on with the comparison in this directory");

    /// <summary>Runs side by side.</summary>
    public Option<int?> Jobs { get; } = new("--jobs") { Description = "Runs side by side [default: 1]", HelpName = "N" };

    /// <summary>One run alone.</summary>
    public Option<string?> Only { get; } = SharedOptions.Text("--only", "RUN", "Only this run, such as runs/sort/controlled/ppo/seed-1");

    /// <summary>Whether another process waits for this one.</summary>
    public Option<bool> Child { get; } = new(CompareChild.Option) { Hidden = true };

    /// <summary>--json.</summary>
    public Option<bool> Json { get; } = SharedOptions.Json();

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Symbol> All =>
    [
        _runFiles, _algorithms, _arms, _usual, _critic, _variants, _sets, _seeds, _firstSeed, _tokens, _points, _problems, _samples, _split, _basePerSeed,
        Jobs, _threads, _out, _resume, Only, _keepModels, _noCostProbes, _threshold, _wallClock, Json, Child,
    ];

    /// <summary>The comparison that is begun or gone on with.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="UsageException">It cannot be.</exception>
    public (ComparisonFolder Folder, ComparisonPlan Plan) Open(ParseResult parsed, TimeProvider time)
    {
        foreach (var option in new[] { _seeds, Jobs, _threads })
        {
            if (parsed.GetValue(option) is { } value and < 1)
                throw new UsageException($"{option.Name} is {value}; it must be at least 1.");
        }

        return parsed.GetValue(_resume) is { } resume ? Resume(parsed, resume, time) : Begin(parsed, time);
    }

    /// <summary>How the finished runs are read.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="UsageException">A number is outside its range.</exception>
    public AnalysisOptions Analysis(ParseResult parsed) => UsageException.Check(() => new AnalysisOptions
    {
        Threshold = parsed.GetValue(_threshold) ?? 0,
        WallClock = parsed.GetValue(_wallClock),
    });

    private (ComparisonFolder Folder, ComparisonPlan Plan) Begin(ParseResult parsed, TimeProvider time)
    {
        var folder = new ComparisonFolder(parsed.GetValue(_out) ?? RunPlaces.Next("compare"));
        var plan = ComparisonPlan.Of(Request(parsed), parsed.GetValue(_firstSeed) ?? 1, parsed.GetValue(_seeds) ?? 5, time) with
        {
            Jobs = parsed.GetValue(Jobs) ?? 1,
            KeepsModels = parsed.GetValue(_keepModels),
            ProbesCost = !parsed.GetValue(_noCostProbes),
        };
        RequireJob(parsed, folder, plan);
        return UsageException.Check(() =>
        {
            folder.Begin(plan);
            return (folder, ComparisonPlanFile.Read(folder.PlanFile));
        });
    }

    private (ComparisonFolder Folder, ComparisonPlan Plan) Resume(ParseResult parsed, string directory, TimeProvider time)
    {
        var given = All.Except([_resume, _seeds, Jobs, Only, _threshold, _wallClock, Json, Child])
            .Where(symbol => IsGiven(parsed, symbol)).Select(symbol => symbol.Name).ToArray();
        if (given.Length > 0)
        {
            throw new UsageException(
                $"--resume takes the plan from {directory}, so that all runs are alike; leave out {string.Join(", ", given)}, or begin another comparison. "
                + "--seeds, --jobs, --only, --threshold, --wall-clock and --json can stand beside it.");
        }

        var folder = new ComparisonFolder(directory);
        var old = UsageException.Check(() => ComparisonPlanFile.Read(folder.PlanFile));
        if (parsed.GetValue(_seeds) is { } seeds && seeds < old.Seeds.Count)
        {
            throw new UsageException(
                $"--seeds is {seeds}, but the comparison in {directory} has {old.Seeds.Count} already; seeds are added, never taken away.");
        }

        // What is told of runs side by side holds for the most that there were.
        var plan = old with { Jobs = Math.Max(old.Jobs, parsed.GetValue(Jobs) ?? 1) };
        if (parsed.GetValue(_seeds) > old.Seeds.Count)
            plan = plan.WithSeeds(parsed.GetValue(_seeds) ?? 0, plan.Runs.Count(job => folder.IsFinished(job.Path)), time);

        RequireJob(parsed, folder, plan);
        if (plan != old)
            ComparisonPlanFile.Write(folder.PlanFile, plan);

        return (folder, plan);
    }

    // Before anything is written.
    private void RequireJob(ParseResult parsed, ComparisonFolder folder, ComparisonPlan plan)
    {
        if (parsed.GetValue(Only) is { } only)
            UsageException.Check(() => folder.Job(plan, only));
    }

    private ComparisonRequest Request(ParseResult parsed) => new()
    {
        RunFiles = parsed.GetValue(_runFiles) is { Length: > 0 } files ? files : [""],
        Algorithms = [.. Words(parsed.GetValue(_algorithms)).Select(AlgorithmOf)],
        Arms = parsed.GetValue(_arms) is { } arms ? [.. Words(arms).Select(ArmOf).Distinct()] : [Arm.Usual, Arm.Controlled],
        Usual = [.. (parsed.GetValue(_usual) ?? []).Select(text => UsualOf(Variant.Parse(text)))],
        Variants = [.. (parsed.GetValue(_variants) ?? []).Select(Variant.Parse)],
        Sets = parsed.GetValue(_sets) ?? [],
        Critic = (parsed.GetValue(_critic) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Tokens = parsed.GetValue(_tokens) is { } tokens ? AtLeastOne(_tokens, tokens) : 0,
        Curve = UsageException.Check(() => new CurveOptions
        {
            Points = parsed.GetValue(_points) ?? 10,
            Problems = parsed.GetValue(_problems) ?? 200,
            Samples = parsed.GetValue(_samples) ?? 4,
            Split = parsed.GetValue(_split) == "validation" ? Split.Validation : Split.Test,
        }),
        Threads = parsed.GetValue(_threads) ?? 1,
        Base = parsed.GetValue(_basePerSeed) is { } sft ? new BasePerSeed(RunFile.ReadSft(sft, [])) : new OneBase(),
    };

    private static long AtLeastOne(Option option, long value) =>
        value >= 1 ? value : throw new UsageException($"{option.Name} is {value}; it must be at least 1.");

    private static AlgorithmPreset AlgorithmOf(string name)
    {
        foreach (var preset in Enum.GetValues<AlgorithmPreset>())
        {
            if (string.Equals(preset.ToString(), name, StringComparison.OrdinalIgnoreCase))
                return preset;
        }

        throw new UsageException(
            $"{name} is not an algorithm; there are {string.Join(", ", Enum.GetValues<AlgorithmPreset>().Select(ComparisonArms.NameOf))}.");
    }

    private static UsualSetting UsualOf(Variant text) => new(AlgorithmOf(text.Name), text.Sets);

    private static Arm ArmOf(string name) => name switch
    {
        "usual" => Arm.Usual,
        "controlled" => Arm.Controlled,
        _ => throw new UsageException($"--arms names {name}, which is none; there are usual and controlled."),
    };

    private static string[] Words(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsGiven(ParseResult parsed, Symbol symbol) => symbol switch
    {
        Argument argument => parsed.GetResult(argument)?.Tokens.Count > 0,
        Option option => parsed.GetResult(option) is { Implicit: false },
        _ => false,
    };

    private static Option<string[]> Repeated(string name, string letter, string description) =>
        new(name) { Description = description, HelpName = letter, AllowMultipleArgumentsPerToken = false };
}
