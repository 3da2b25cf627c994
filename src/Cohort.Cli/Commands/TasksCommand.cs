using System.CommandLine;
using System.Globalization;
using Cohort.Cli.Terminals;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Tensors;
using Spectre.Console;

namespace Cohort.Cli.Commands;

/// <summary>`cohort tasks`: what the bundled tasks are, and problems of theirs as JSONL.</summary>
internal static class TasksCommand
{
    private const int Patience = 20_000;

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var name = new Argument<string?>("NAME")
        {
            HelpName = "NAME",
            Description = $"The task: {string.Join(", ", SharedOptions.TaskIds)}",
            Arity = ArgumentArity.ZeroOrOne,
        };
        name.AcceptOnlyFromAmong(SharedOptions.TaskIds);
        var size = SharedOptions.Size();
        var count = SharedOptions.Count("--count", "N", "How many problems", 1, 100);
        var seed = SharedOptions.Seed();
        var split = SharedOptions.Choice("--split", "Only problems of this split [default: all]", "train", "validation", "test", "all");
        var demonstrations = SharedOptions.Flag("--demonstrations", "Add a right answer as \"completion\", for cohort sft");
        var json = SharedOptions.Flag("--json", "List the tasks as one JSON object");
        var command = new TaughtCommand(
            "tasks",
            "List the bundled tasks, or write problems of one of them.",
            "Problems go to standard output, one JSON object a line: a file to start from.",
            "./cohort tasks",
            "./cohort tasks countdown --count 2000 > problems.jsonl",
            "./cohort tasks sort --size 6 --demonstrations --count 5000 > pairs.jsonl")
        {
            name, size, count, seed, split, demonstrations, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is not { } task)
                return List(context.Terminal, parsed.GetValue(json));

            var bundled = UsageException.Check(() => BundledTasks.Create(SharedOptions.TaskOf(task), parsed.GetValue(size)));
            var problems = Problems(bundled, parsed.GetValue(seed), SplitOf(parsed.GetValue(split))).Take(parsed.GetValue(count));
            var (asked, written) = (parsed.GetValue(count), Write(context, bundled, problems, parsed.GetValue(demonstrations), parsed.GetValue(seed)));
            if (written < asked)
            {
                var part = parsed.GetValue(split) is { } named and not "all" ? $" in the {named} split" : "";
                context.Terminal.Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{written:#,0} of {asked:#,0} written: {bundled.Id} of {bundled.Size} {bundled.SizeUnit} has no more problems{part}; ")
                    + "give a larger --size for more.");
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Split? SplitOf(string? name) => name switch
    {
        "train" => Split.Train,
        "validation" => Split.Validation,
        "test" => Split.Test,
        _ => null,
    };

    private static int List(Terminal terminal, bool json)
    {
        var tasks = BundledTasks.All
            .Select(summary => (Summary: summary, Example: Problems(BundledTasks.Create(summary.Name), seed: 1, split: null).First()));
        if (json)
        {
            terminal.Output.WriteLine(SharedOptions.ToJson(new
            {
                tasks = tasks.Select(task => new
                {
                    name = task.Summary.Id,
                    description = task.Summary.Description,
                    size_unit = task.Summary.SizeUnit,
                    default_size = task.Summary.DefaultSize,
                    smallest_size = task.Summary.SmallestSize,
                    largest_size = task.Summary.LargestSize,
                    prompt = task.Example.Prompt,
                    answer = task.Example.Reference,
                }),
            }));
            return ExitCode.Success;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("task", "what is asked", "size", "a problem", "its answer");
        foreach (var (summary, example) in tasks)
        {
            table.AddRow(
                summary.Id,
                SafeText.InMarkup(summary.Description),
                $"{summary.DefaultSize} {summary.SizeUnit} ({summary.SmallestSize} – {summary.LargestSize})",
                SafeText.InMarkup(example.Prompt),
                SafeText.InMarkup(example.Reference));
        }

        terminal.Results.Write(table);
        return ExitCode.Success;
    }

    private static int Write(Context context, BundledTask task, IEnumerable<Problem> problems, bool demonstrations, ulong seed)
    {
        var row = 0;
        foreach (var problem in problems)
        {
            context.Interruption.Token.ThrowIfCancellationRequested();
            var fields = new Dictionary<string, object>
            {
                ["prompt"] = problem.Prompt,
                ["answer"] = problem.Reference,
                ["id"] = problem.Id,
            };
            if (demonstrations)
                fields["completion"] = task.Demonstrate(problem, Seeds.Sequence(seed, Purpose.Demonstrations, row, row: 0));

            foreach (var (name, value) in problem.Fields)
                fields[name] = value;

            context.Terminal.Output.WriteLine(SharedOptions.ToJson(fields));
            row++;
        }

        return row;
    }

    /// <summary>Problems distinct by prompt, until the task has no new ones: a file names each of them once.</summary>
    private static IEnumerable<Problem> Problems(BundledTask task, ulong seed, Split? split)
    {
        var prompts = new HashSet<string>();
        for (long attempt = 0, lastNew = 0; attempt - lastNew < Patience; attempt++)
        {
            var problem = task.Generate(Seeds.Sequence(seed, Purpose.TrainingProblems, attempt, row: 0));
            if ((split is not null && Splits.Of(problem.Prompt) != split) || !prompts.Add(problem.Prompt))
                continue;

            lastNew = attempt;
            yield return problem;
        }
    }
}
