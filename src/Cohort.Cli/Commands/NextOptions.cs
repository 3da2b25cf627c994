using System.Diagnostics;
using System.Text;
using Cohort.Cli.Terminals;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>The arguments by which the next command reads problems as a run did, to be pasted into a shell.</summary>
internal static class NextOptions
{
    private const string PlainSigns = "-_./:=,@%+";

    /// <summary>What `train` is to be given: the task, or to be filled in a file, as demonstrations and preferences have no answers to compare with.</summary>
    /// <param name="options">Those of a run on demonstrations or preferences.</param>
    public static string OfTrain(SupervisedOptions options) => options.Data switch
    {
        TaskData { Size: 0 } task => $"--set data.task={Id(task.Task)}",
        TaskData task => $"--set data.task={Id(task.Task)} --set data.size={task.Size}",
        FileData => "--set data.path=PROBLEMS.jsonl",
        _ => throw new UnreachableException(),
    } + Chat(options.Data, "data");

    /// <summary>What `evaluate` is to be given: held-out problems, read, scored and written as those of the run.</summary>
    /// <param name="options">The run's.</param>
    public static string OfEvaluate(CommonOptions options)
    {
        var chat = options.Data.Chat == ChatUse.Auto ? "" : $" --chat {Word(options.Data.Chat)}";
        var system = options.Data.System == "" ? "" : $" --system {Quoted(options.Data.System)}";
        return options.Data switch
        {
            TaskData { Size: 0 } task => $"--task {Id(task.Task)}",
            TaskData task => $"--task {Id(task.Task)} --size {task.Size}",
            FileData when options is SupervisedOptions => "--problems PROBLEMS.jsonl --reward exact",
            FileData file => $"--problems {HeldOut(file)}{Reading(file)} --reward {Reward(options)}",
            _ => throw new UnreachableException(),
        } + chat + system;
    }

    /// <summary>Settings of how prompts are written, each behind a space; empty where they are the usual ones.</summary>
    /// <param name="data">The run's data.</param>
    /// <param name="section">The options that are to have them, such as "reward".</param>
    public static string Chat(DataOptions data, string section) =>
        (data.Chat == ChatUse.Auto ? "" : $" --set {section}.chat={Word(data.Chat)}")
        + (data.System == "" ? "" : " " + Set($"{section}.system", SharedOptions.ToJson(data.System)));

    /// <summary>A setting.</summary>
    /// <param name="key">The option.</param>
    /// <param name="value">Its value, as JSON or a text.</param>
    public static string Set(string key, string value) => "--set " + Quoted($"{key}={value}");

    /// <summary>A text as one word of a shell (bash, zsh): as it is where that is safe, else in quotation marks.</summary>
    /// <param name="text">Any text.</param>
    public static string Quoted(string text)
    {
        if (text != "" && text.All(sign => char.IsLetterOrDigit(sign) || PlainSigns.Contains(sign)))
            return text;
        if (!text.Any(char.IsControl))
            return $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

        var quoted = new StringBuilder("$'");
        foreach (var sign in text)
            quoted.Append(char.IsControl(sign) ? $"\\u{(int)sign:x4}" : sign is '\'' or '\\' ? $"\\{sign}" : $"{sign}");
        return quoted.Append('\'').ToString();
    }

    private static string HeldOut(FileData file) =>
        file.HeldOutPath == "" ? Quoted(Numbers.ShortPath(file.Path)) : $"{Quoted(Numbers.ShortPath(file.HeldOutPath))} --split all";

    private static string Reading(FileData file)
    {
        (string Name, string Field)[] fields = [("prompt", file.Fields.Prompt), ("answer", file.Fields.Answer), ("id", file.Fields.Id)];
        return string.Concat(fields.Where(field => field.Field != "").Select(field => " --field " + Quoted($"{field.Name}={field.Field}")))
            + (file.SkipBadLines ? " --skip-bad-lines" : "")
            + (file.LongPrompts == LongPrompts.Drop ? " --long-prompts drop" : "");
    }

    private static string Reward(CommonOptions options) => (options as RunOptions)?.Reward switch
    {
        null or AutomaticReward or CustomReward => "exact",
        TaskVerifier { Task: { } task } => Id(task),
        { } own => Quoted(StandaloneReward.Write(own)),
    };

    private static string Word(ChatUse use) => use.ToString().ToLowerInvariant();

    private static string Id(TaskName task) => task.ToString().ToLowerInvariant();
}
