using System.CommandLine;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>Problems to evaluate on.</summary>
/// <param name="Title">Such as "test problems of sort, 8 digits".</param>
/// <param name="Problems">At least one.</param>
/// <param name="Data">Where they come from.</param>
/// <param name="Reward">What scores answers.</param>
/// <param name="LongestAnswer">In tokens, where nothing else is asked for.</param>
internal sealed record ProblemSet(string Title, IReadOnlyList<Problem> Problems, DataOptions Data, RewardOptions Reward, int LongestAnswer)
{
    /// <summary>How many were left out, as they do not fit the model's context.</summary>
    public int LeftOut { get; init; }

    /// <summary>Those whose prompts leave room for the longest answer; none is ever cut.</summary>
    /// <param name="length">A prompt's tokens.</param>
    /// <param name="longestAnswer">In tokens.</param>
    /// <param name="context">The model's, in tokens.</param>
    /// <param name="leavesOut">Whether the others are left out instead of refused.</param>
    /// <exception cref="UsageException">There are others and they are refused, or there is none that fits.</exception>
    public ProblemSet Fitting(Func<Problem, int> length, int longestAnswer, int context, bool leavesOut)
    {
        var fits = Problems.ToLookup(problem => length(problem) + longestAnswer <= context);
        Problem[] fitting = [.. fits[true]];
        var leftOut = Problems.Count - fitting.Length;
        if (leftOut == 0 || (leavesOut && fitting.Length > 0))
            return this with { Problems = fitting, LeftOut = leftOut };

        var first = fits[false].First();
        throw new UsageException(
            $"Problem '{first.Id}' has a prompt of {length(first)} tokens, which with answers of up to {longestAnswer} does not fit the model's context of "
            + $"{context}; {leftOut} of {Problems.Count} do not. Lower --max-tokens, or leave them out with --long-prompts drop.");
    }

    /// <summary>What was passed over in reading them, in sentences.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

/// <summary>The options of `evaluate` that say which problems, and what scores their answers.</summary>
internal sealed class ProblemOptions
{
    private const int LongestAnswerOfFile = 64;

    private readonly Option<string?> _task = SharedOptions.Choice("--task", "Problems of a bundled task", SharedOptions.TaskIds);
    private readonly Option<int> _size = SharedOptions.Size();
    private readonly Option<string?> _file = SharedOptions.Text("--problems", "FILE", "Problems of a file: .jsonl, .csv, .tsv or .parquet");
    private readonly Option<string[]> _fields = new("--field")
    {
        Description = "Read another field of the file's rows as prompt, answer or id, such as prompt=ask; may be given several times",
        HelpName = "NAME=FIELD",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _skipBadLines = SharedOptions.Flag("--skip-bad-lines", "Leave out bad lines of the file, and count them");
    private readonly Option<string?> _reward = SharedOptions.Text(
        "--reward",
        "REWARD",
        "What scores answers to a file's problems: a kind such as number, a bundled task's name, or JSON as in a run file [default: exact]");

    private readonly Option<string?> _split = SharedOptions.Choice(
        "--split", "Which part of the problems [default: test]", "validation", "test", "all");

    private readonly Option<int> _count = SharedOptions.Count("--count", "N", "At most this many problems", 1, 1000);

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _task, _size, _file, _fields, _skipBadLines, _reward, _split, _count })
            command.Add(option);
    }

    /// <summary>The problems that a command line asks for.</summary>
    /// <exception cref="UsageException">It asks for none, or for something that is not there.</exception>
    public ProblemSet Read(ParseResult parsed)
    {
        var (task, file, split) = (parsed.GetValue(_task), parsed.GetValue(_file), parsed.GetValue(_split) ?? "test");
        var count = parsed.GetValue(_count);
        if (task is not null)
            Refuse(parsed, "--problems", "--task", _fields, _skipBadLines, _reward);
        if (file is not null)
            Refuse(parsed, "--task", "--problems", _size);
        return (task, file) switch
        {
            ({ } name, null) => OfTask(SharedOptions.TaskOf(name), parsed.GetValue(_size), split, count),
            (null, { } path) => OfFile(
                Problems.Read(path, Names(parsed.GetValue(_fields) ?? []), parsed.GetValue(_skipBadLines)),
                path,
                parsed.GetValue(_reward) ?? "exact",
                split,
                count),
            _ => throw new UsageException("Name the problems: either --task NAME or --problems FILE.jsonl."),
        };
    }

    // What would not be heard is refused.
    private static void Refuse(ParseResult parsed, string where, string here, params Option[] options)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
            throw new UsageException($"{given.Name} goes with {where}, and says nothing of {here}; leave it out.");
    }

    private static ProblemSet OfTask(TaskName name, int size, string split, int count)
    {
        if (split == "all")
            throw new UsageException("--split all is for files; a task makes problems without end, so choose validation or test.");

        var task = UsageException.Check(() => BundledTasks.Create(name, size));
        var problems = new TaskProblems(task, seed: 1).HeldOut(SplitOf(split), count);
        var title = $"{split} problems of {task.Id}, {task.Size} {task.SizeUnit}";
        return new(title, problems, new TaskData { Task = name, Size = size }, new AutomaticReward(), task.LongestAnswer + 1);
    }

    private static FieldNames Names(string[] fields) => fields.Aggregate(new FieldNames(), (names, field) => field.Split('=', 2) switch
    {
        ["prompt", not "" and var name] => names with { Prompt = name },
        ["answer", not "" and var name] => names with { Answer = name },
        ["id", not "" and var name] => names with { Id = name },
        _ => throw new UsageException($"--field {field} is not known; write prompt=NAME, answer=NAME or id=NAME with the name of the file's field."),
    });

    private static ProblemSet OfFile(FileRows<Problem> all, string path, string reward, string split, int count)
    {
        var scoring = Reward(reward);
        var source = ListSource.Of(all, seed: 1);
        var problems = split == "all" ? [.. all.Take(count)] : source.HeldOut(SplitOf(split), count);
        var part = split != "all" && source.IsHeldOut ? $"{split} problems" : "problems (not split)";
        return new($"{part} of {Path.GetFileName(path)}", problems, new FileData { Path = path }, scoring, LongestAnswerOfFile) { Notices = all.Notices };
    }

    private static Split SplitOf(string name) => name == "test" ? Split.Test : Split.Validation;

    private static RewardOptions Reward(string text)
    {
        if (SharedOptions.TaskIds.Contains(text))
            return new TaskVerifier { Task = SharedOptions.TaskOf(text) };

        if (text.StartsWith('{') || StandaloneReward.Kinds.Contains(text))
            return StandaloneReward.Parse(text, "--reward");

        throw new UsageException(
            $"--reward {text} is not known; choose {string.Join(", ", StandaloneReward.Kinds)}, a task ({string.Join(", ", SharedOptions.TaskIds)}), "
            + "or JSON such as '{\"kind\": \"number\", \"where\": \"boxed\"}'.");
    }
}
