using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

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

    /// <summary>A value as one line of JSON, numbers that are not finite as null.</summary>
    public static string ToJson(object value) => JsonSerializer.Serialize(value, Readable);

    /// <summary>The number, or null where JSON has no spelling for it.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
