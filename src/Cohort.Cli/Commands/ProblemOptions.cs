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
internal sealed record ProblemSet(string Title, IReadOnlyList<Problem> Problems, DataOptions Data, RewardOptions Reward, int LongestAnswer);

/// <summary>The options of `evaluate` that say which problems, and what scores their answers.</summary>
internal sealed class ProblemOptions
{
    private const int LongestAnswerOfFile = 64;

    private readonly Option<string?> _task = SharedOptions.Choice("--task", "Problems of a bundled task", SharedOptions.TaskIds);
    private readonly Option<int> _size = SharedOptions.Size();
    private readonly Option<string?> _file = SharedOptions.Text("--problems", "FILE", "Problems of a JSONL file, one a line");
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
        foreach (var option in new Option[] { _task, _size, _file, _reward, _split, _count })
            command.Add(option);
    }

    /// <summary>The problems that a command line asks for.</summary>
    /// <exception cref="UsageException">It asks for none, or for something that is not there.</exception>
    public ProblemSet Read(ParseResult parsed)
    {
        var (task, file, split) = (parsed.GetValue(_task), parsed.GetValue(_file), parsed.GetValue(_split) ?? "test");
        var count = parsed.GetValue(_count);
        return (task, file) switch
        {
            ({ } name, null) => OfTask(SharedOptions.TaskOf(name), parsed.GetValue(_size), split, count),
            (null, { } path) => OfFile(path, parsed.GetValue(_reward) ?? "exact", split, count),
            _ => throw new UsageException("Name the problems: either --task NAME or --problems FILE.jsonl."),
        };
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

    private static ProblemSet OfFile(string path, string reward, string split, int count)
    {
        var scoring = Reward(reward);
        var all = Problems.Read(path);
        var source = ListSource.Of(all, seed: 1);
        var problems = split == "all" ? [.. all.Take(count)] : source.HeldOut(SplitOf(split), count);
        var part = split != "all" && source.IsHeldOut ? $"{split} problems" : "problems (not split)";
        return new($"{part} of {Path.GetFileName(path)}", problems, new FileData { Path = path }, scoring, LongestAnswerOfFile);
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
