using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cohort.Tensors;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>comparison.json: a plan with all options, defaults included.</summary>
public static class ComparisonPlanFile
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>Writes a plan, as a whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, ComparisonPlan plan) => AtomicFile.WriteText(path, JsonSerializer.Serialize(
        new Content(
            plan.Version,
            plan.Created,
            plan.Threads,
            plan.Jobs,
            plan.KeepsModels,
            plan.ProbesCost,
            plan.Seeds,
            plan.Base is BasePerSeed own ? [Node(own.Options)] : [],
            [.. plan.Contenders.Select(contender => new Entry(contender.Task, contender.Arm, contender.Name, Node(contender.Options)))]),
        Form) + "\n");

    /// <summary>Reads a plan; its relative paths are relative to the file's folder.</summary>
    /// <param name="path">A file that <see cref="Write"/> wrote.</param>
    /// <exception cref="TrainingException">There is no plan, or it cannot be read.</exception>
    /// <exception cref="OptionsException">Options in it are none of this version's.</exception>
    public static ComparisonPlan Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new TrainingException(
                $"'{Path.GetDirectoryName(path)}' holds no comparison (there is no {Path.GetFileName(path)}); begin one without --resume, or name another "
                + "directory.");
        }

        Content content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(File.ReadAllText(path), Form) ?? throw new JsonException("It is null.");
        }
        catch (JsonException error)
        {
            throw new TrainingException($"'{path}' is not the plan of a comparison as this version writes it: {error.Message} Begin a new comparison.", error);
        }

        return new(
            [.. content.Contenders.Select(entry => new Contender(entry.Task, entry.Arm, entry.Name, RunFile.ParseRun(entry.Options.ToJsonString(), [], path)))],
            content.Seeds,
            content.BasePerSeed is [var sft, ..] ? new BasePerSeed(RunFile.ParseSft(sft.ToJsonString(), [], path)) : new OneBase(),
            content.Threads,
            content.Jobs,
            content.KeepsModels,
            content.ProbesCost,
            content.Created,
            content.Version);
    }

    private static JsonObject Node(CommonOptions options) => RunFileText.Parse(RunFile.Write(options), "");

    private sealed record Content(
        string Version,
        DateTimeOffset Created,
        int Threads,
        int Jobs,
        bool KeepsModels,
        bool ProbesCost,
        IReadOnlyList<PlannedSeed> Seeds,
        IReadOnlyList<JsonObject> BasePerSeed,
        IReadOnlyList<Entry> Contenders);

    private sealed record Entry(string Task, Arm Arm, string Name, JsonObject Options);
}
