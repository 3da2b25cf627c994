using System.Text.Json;

namespace Cohort.Benchmarks.Results;

/// <summary>The lines that eng/speed.sh wrote into a folder.</summary>
/// <param name="Runs">One for each process of the peer or of this library, with its case, round and system.</param>
/// <param name="Machine">What the machine can do; empty where it was not measured.</param>
/// <param name="Scaling">How time grows.</param>
/// <param name="Profiles">Where it goes.</param>
/// <param name="Starts">Seconds to the first token.</param>
internal sealed record Measured(
    IReadOnlyList<JsonElement> Runs,
    IReadOnlyList<JsonElement> Machine,
    IReadOnlyList<JsonElement> Scaling,
    IReadOnlyList<JsonElement> Profiles,
    IReadOnlyList<JsonElement> Starts)
{
    /// <summary>What the peer is called.</summary>
    public const string Peer = "peer";

    /// <summary>Reads a folder.</summary>
    public static Measured Read(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), Lines);
        string[] others = ["machine", "scaling", "profile-before", "profile", "start"];
        return new(
            [.. files.Where(file => !others.Contains(file.Key)).SelectMany(file => file.Value)],
            Of("machine"), Of("scaling"), [.. Of("profile-before"), .. Of("profile")], Of("start"));

        JsonElement[] Of(string name) => files.GetValueOrDefault(name, []);
    }

    /// <summary>The peer's and a system's numbers of one case, by rounds.</summary>
    /// <param name="name">The case.</param>
    /// <param name="system">The system.</param>
    /// <param name="field">The number.</param>
    public (double Peer, double Own)[] Pairs(string name, string system, string field) =>
    [
        .. from peer in Runs
           from own in Runs
           where Text(peer, "case") == name && Text(own, "case") == name && Text(peer, "system") == Peer && Text(own, "system") == system
               && Number(peer, "round") == Number(own, "round")
           select (Number(peer, field), Number(own, field)),
    ];

    /// <summary>A line's number.</summary>
    public static double Number(JsonElement line, string field) => line.GetProperty(field).GetDouble();

    /// <summary>A line's text.</summary>
    public static string Text(JsonElement line, string field) => line.GetProperty(field).GetString()!;

    private static JsonElement[] Lines(string file) => [.. File.ReadLines(file).Where(line => line != "").Select(line => JsonElement.Parse(line))];
}
