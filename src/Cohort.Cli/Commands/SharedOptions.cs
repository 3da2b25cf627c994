using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cohort.Data.Tasks;
using Cohort.Models;

namespace Cohort.Cli.Commands;

/// <summary>The kinds of options that commands have, and those that several commands share with one meaning.</summary>
internal static class SharedOptions
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The names of the bundled tasks.</summary>
    public static string[] TaskIds { get; } = [.. BundledTasks.All.Select(task => task.Id)];

    /// <summary>The bundled task of a name that was accepted.</summary>
    public static TaskName TaskOf(string id) => BundledTasks.All.First(task => task.Id == id).Name;

    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>A text, or null where it is not given.</summary>
    public static Option<string?> Text(string name, string letter, string description) =>
        new(name) { Description = description, HelpName = letter };

    /// <summary>A number.</summary>
    public static Option<double> Number(string name, string letter, string description, double otherwise) =>
        new(name) { Description = description, HelpName = letter, DefaultValueFactory = _ => otherwise };

    /// <summary>A whole number with a smallest value.</summary>
    public static Option<int> Count(string name, string letter, string description, int smallest, int otherwise)
    {
        var option = new Option<int>(name) { Description = description, HelpName = letter, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < smallest)
                result.AddError($"{name} is {value}; it must be at least {smallest}.");
        });
        return option;
    }

    /// <summary>One of a few words.</summary>
    public static Option<string?> Choice(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name) { Description = description };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    /// <summary>--json.</summary>
    public static Option<bool> Json() => Flag("--json", "Print one JSON object at the end instead of text");

    /// <summary>--seed.</summary>
    public static Option<ulong> Seed() =>
        new("--seed") { Description = "Seed of all random numbers", HelpName = "N", DefaultValueFactory = _ => 1 };

    /// <summary>--threads.</summary>
    public static Option<int> Threads() => Count("--threads", "N", "Threads; 0 is the physical cores", 0, 0);

    /// <summary>--size.</summary>
    public static Option<int> Size() => Count("--size", "N", "How large the task's problems are; 0 is its default", 0, 0);

    /// <summary>--temperature.</summary>
    public static Option<double> Temperature() => Number("--temperature", "T", "Logits are divided by it; 0 is greedy", 1);

    /// <summary>--stop, which may be given several times.</summary>
    public static Option<string[]> Stop()
    {
        var option = new Option<string[]>("--stop")
        {
            Description = "An answer ends once it has this text; may be given several times",
            HelpName = "TEXT",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value == ""))
                result.AddError("--stop is empty; it must have at least one character.");
        });
        return option;
    }

    /// <summary>--include-stop.</summary>
    public static Option<bool> IncludeStop() => Flag("--include-stop", "Keep the --stop text that ended an answer; else the answer ends before it");

    /// <summary>--model.</summary>
    public static Option<string> Model() =>
        new("--model") { Description = "Folder of a model or an adapter, such as a run's model/", HelpName = "DIR", Required = true };

    /// <summary>--system.</summary>
    public static Option<string?> System() => Text("--system", "TEXT", "A system message, for prompts that are written with the chat template");

    /// <summary>--device.</summary>
    public static Option<DeviceKind> Device() =>
        Name<DeviceKind>("--device", "What computes; auto is cuda where it is available, else cpu [default: auto]");

    /// <summary>One of the names of an enumeration, in lower case; its first where it is not given.</summary>
    public static Option<T> Name<T>(string name, string description)
        where T : struct, Enum
    {
        var option = new Option<T>(name) { Description = description };
        option.AcceptOnlyFromAmong([.. Enum.GetNames<T>().Select(word => word.ToLowerInvariant())]);
        return option;
    }

    /// <summary>A value as one line of JSON.</summary>
    public static string ToJson(object value) => JsonSerializer.Serialize(value, Readable);

    /// <summary>The number, or null where JSON has no spelling for it.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
