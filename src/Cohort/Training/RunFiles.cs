using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Checkpoints;
using Cohort.Telemetry;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>options.json and environment.json: written when a run begins, compared when it goes on.</summary>
internal static class RunFiles
{
    private const string DataKey = "dataSha256";
    private const string HeldOutKey = "heldOutSha256";
    private const string RewardKey = "rewardSha256";
    private const string BaseKey = "baseSha256";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Requires a directory without a run.</summary>
    public static void RequireNew(RunDirectory place)
    {
        if (place.Exists || Directory.Exists(place.Checkpoints))
        {
            throw new TrainingException(
                $"'{place.Root}' holds a run already; go on with it by --resume, or name another directory. Nothing was changed.");
        }
    }

    /// <summary>Requires a directory with a run.</summary>
    public static RunDirectory RequireRun(RunDirectory place) => place.Exists
        ? place
        : throw new TrainingException($"'{place.Root}' holds no run (there is no {Path.GetFileName(place.Options)}); begin one without --resume.");

    /// <summary>Makes the directory. options.json comes last: where it is, everything is.</summary>
    /// <exception cref="TrainingException">Something cannot be written; a directory that this call made is gone again.</exception>
    public static void Begin(RunDirectory place, CommonOptions options, Action saveBase)
    {
        var isNew = !Directory.Exists(place.Root);
        try
        {
            Directory.CreateDirectory(place.Root);
            saveBase();
            var environment = Describe(options);
            environment[BaseKey] = HashesOfWeights(place.Base);
            AtomicFile.WriteText(place.Environment, environment.ToJsonString(Indented) + "\n");
            WriteOptions(place.Root, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (isNew && Directory.Exists(place.Root))
            {
                Directory.Delete(place.Root, recursive: true);
            }

            throw new TrainingException(
                $"The run directory '{place.Root}' cannot be made: {error.Message} Make room, or name a directory that you may write to, then begin again.",
                error);
        }
    }

    /// <summary>Writes options.json into a run directory or a checkpoint.</summary>
    public static void WriteOptions(string folder, CommonOptions options) =>
        AtomicFile.WriteText(Path.Combine(folder, RunDirectory.OptionsFile), RunFile.Write(options) + "\n");

    /// <summary>
    /// The options that the run's past was made with: those of the newest checkpoint, or where there is none, those it began with.
    /// </summary>
    public static string PastOptions(RunDirectory place) =>
        place.NewestCheckpoint() is { Length: > 0 } newest ? Path.Combine(newest, RunDirectory.OptionsFile) : place.Options;

    /// <summary>Refuses what would change the past, says what else differs, and writes the new options.</summary>
    /// <param name="place">A run directory.</param>
    /// <param name="options">The options of the resumption.</param>
    /// <param name="past">The options of <see cref="PastOptions"/>.</param>
    /// <param name="sink">Takes notices.</param>
    /// <exception cref="OptionsException">Options differ that would change the past.</exception>
    /// <exception cref="TrainingException">A file of the data or of a reward is not the one that the run began with.</exception>
    public static void Continue(RunDirectory place, CommonOptions options, CommonOptions past, IMetricSink sink)
    {
        var changes = OptionsDifference.Between(past, options);
        OptionsException.ThrowIfAny(changes.Where(change => change.Effect == ResumeEffect.Refused).Select(change => change.Message), place.Options);
        var then = JsonNode.Parse(File.ReadAllText(place.Environment))!.AsObject();
        var now = Describe(options);
        if (options.Data is FileData file)
        {
            RequireSame(file.Path, "data", then[DataKey], now[DataKey]);
            RequireSame(file.HeldOutPath, "data", then[HeldOutKey], now[HeldOutKey]);
        }

        if (then[RewardKey] is JsonObject before && now[RewardKey] is JsonObject after)
        {
            foreach (var path in before.Concat(after).Select(entry => entry.Key).Distinct())
            {
                RequireSame(path, "rewards", before[path], after[path]);
            }
        }

        foreach (var change in changes.Where(change => change.Effect is ResumeEffect.OtherRounding or ResumeEffect.OtherSchedule))
        {
            sink.Notice(change.Message);
        }

        foreach (var key in new[] { "instructionSet", "torch", "architecture" })
        {
            if (then[key]?.ToString() != now[key]?.ToString())
            {
                sink.Notice(
                    $"{key} was {then[key]} and is {now[key]} now: the run goes on, but not bit for bit as it would have on the first machine.");
            }
        }

        try
        {
            WriteOptions(place.Root, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(
                $"{place.Options} cannot be written: {error.Message} Nothing was changed; make room, then go on with --resume.", error);
        }
    }

    private static void RequireSame(string path, string what, JsonNode? then, JsonNode? now)
    {
        if (then?.ToString() != now?.ToString())
        {
            throw new TrainingException(
                $"'{path}' is not what it was when the run began (SHA-256 {Short(then)} then, {Short(now)} now), and other {what} would change "
                + $"steps that are done; {(then is null ? "take the file away" : "put the old file back")}, or begin a new run.");
        }
    }

    private static string Short(JsonNode? hash) => hash?.ToString()[..12] ?? "none";

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    // What rewards, metrics and a critic that begins as a reward model read from files, by path.
    private static JsonObject HashesOfRewards(CommonOptions options)
    {
        var rewards = options is RunOptions run ? run.Reward.Files.Concat(run.Algorithm.Advantage.Files) : [];
        var paths = rewards.Concat(options.Evaluation.Metrics.Values.SelectMany(metric => metric.Files)).Distinct().Where(File.Exists);
        return new(paths.Select(path => KeyValuePair.Create(path, (JsonNode?)HashOf(path))));
    }

    // The starting model's weights, its adapter's too, by their path in the run directory's base.
    private static JsonObject HashesOfWeights(string folder) => new(
        Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path =>
            KeyValuePair.Create(Path.GetRelativePath(folder, path).Replace('\\', '/'), (JsonNode?)HashOf(path))));

    private static JsonObject Describe(CommonOptions options) => new()
    {
        ["cohort"] = typeof(RunFiles).Assembly.GetName().Version?.ToString(3),
        ["torch"] = TorchSharp.torch.__version__,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["instructionSet"] = Vector512.IsHardwareAccelerated ? "512 bit" : Vector256.IsHardwareAccelerated ? "256 bit" : "128 bit",
        ["cores"] = Environment.ProcessorCount,
        ["threads"] = options.Threads,
        [DataKey] = options.Data is FileData data ? HashOf(data.Path) : null,
        [HeldOutKey] = options.Data is FileData { HeldOutPath: not "" } file ? HashOf(file.HeldOutPath) : null,
        [RewardKey] = HashesOfRewards(options),
        ["started"] = TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture),
    };
}
