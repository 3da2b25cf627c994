using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cohort.Data.Tasks;

namespace Cohort.Cli.Commands;

/// <summary>Options that several commands have, each with one meaning.</summary>
internal static class SharedOptions
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>--json.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object at the end instead of text" };

    /// <summary>--seed.</summary>
    public static Option<ulong> Seed() => new("--seed")
    {
        Description = "Seed of all random numbers",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>--model.</summary>
    public static Option<string> Model() => new("--model")
    {
        Description = "Model folder, such as a run's model/",
        HelpName = "DIR",
        Required = true,
    };

    /// <summary>A whole number with a smallest value.</summary>
    public static Option<int> Count(string name, string description, int smallest, int otherwise, string letter = "N")
    {
        var option = new Option<int>(name) { Description = description, HelpName = letter, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && value < smallest)
                result.AddError($"{name} is {value}; it must be at least {smallest}.");
        });
        return option;
    }

    /// <summary>An option that takes a bundled task's name.</summary>
    public static Option<string?> Task(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "NAME" };
        option.AcceptOnlyFromAmong(TaskIds);
        return option;
    }

    /// <summary>The names of the bundled tasks.</summary>
    public static string[] TaskIds { get; } = [.. BundledTasks.All.Select(task => task.Id)];

    /// <summary>The task of a name that was accepted.</summary>
    public static TaskName TaskOf(string id) => BundledTasks.All.First(task => task.Id == id).Name;

    /// <summary>A value as one line of JSON, numbers that are not finite as null.</summary>
    public static string ToJson(object value) => JsonSerializer.Serialize(value, Readable);

    /// <summary>The number, or null where JSON has no spelling for it.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
