using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Checkpoints;
using Cohort.Reports;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>What a run was made of, as environment.json and the options tell.</summary>
internal static class RunLineage
{
    /// <summary>Names and hashes; fewer where an older version wrote the file.</summary>
    /// <param name="directory">The run directory.</param>
    /// <param name="options">Its options.</param>
    public static IReadOnlyList<ReportFact> Of(string directory, CommonOptions options) =>
    [
        .. Inputs(directory, options),
        new("seed", $"{options.Seed}"),
        .. Text("begun", Read(directory)["started"]),
        .. Machine(directory, options),
    ];

    /// <summary>Base model, data and reward, with their hashes.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static IReadOnlyList<ReportFact> Inputs(string directory, CommonOptions options)
    {
        var environment = Read(directory);
        return
        [
            new("base model", options.Model is FolderModel folder ? folder.Path : "new, from the seed"),
            .. Hashes("base", environment["baseSha256"]),
            new("data", options.Data is FileData file ? file.Path : OptionsName(options.Data)),
            .. Hash("data", environment["dataSha256"]),
            .. Hash("held-out data", environment["heldOutSha256"]),
            .. Hashes("reward", environment["rewardSha256"]),
        ];
    }

    /// <summary>Versions and the machine.</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    public static IReadOnlyList<ReportFact> Machine(string directory, CommonOptions options)
    {
        var environment = Read(directory);
        return
        [
            .. Text("Cohort", environment["cohort"]),
            .. Text("torch", environment["torch"]),
            .. Text("runtime", environment["runtime"]),
            .. Text("system", environment["system"]),
            .. Text("architecture", environment["architecture"]),
            .. Text("vector instructions", environment["instructionSet"]),
            .. Text("cores", environment["cores"]),
            new("threads per run", $"{options.Threads}"),
            new("device", $"{options.Device}, {options.Dtype}".ToLowerInvariant()),
        ];
    }

    private static JsonObject Read(string directory)
    {
        var path = new RunDirectory(directory).Environment;
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? [] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string OptionsName(DataOptions data) => data is TaskData task ? $"bundled task {task.Task}".ToLowerInvariant() : "";

    private static IEnumerable<ReportFact> Text(string label, JsonNode? value) => value is null ? [] : [new(label, value.ToString())];

    private static IEnumerable<ReportFact> Hash(string label, JsonNode? value) => Text($"{label}, SHA-256", value);

    private static IEnumerable<ReportFact> Hashes(string label, JsonNode? files) =>
        files is JsonObject hashes ? hashes.SelectMany(file => Hash($"{label} {file.Key}", file.Value)) : [];
}
