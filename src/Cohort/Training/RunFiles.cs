using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Checkpoints;
using Cohort.Telemetry;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>options.json and environment.json: written when a run begins, compared when it goes on.</summary>
internal static class RunFiles
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Requires a directory without a run.</summary>
    public static void RequireNew(RunDirectory place)
    {
        if (place.Exists)
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
    public static void Begin(RunDirectory place, CommonOptions options, Action saveBase)
    {
        Directory.CreateDirectory(place.Root);
        saveBase();
        AtomicFile.WriteText(place.Environment, Describe(options).ToJsonString(Indented) + "\n");
        AtomicFile.WriteText(place.Options, RunFile.Write(options) + "\n");
    }

    /// <summary>Checks what may differ on resume, and says what does.</summary>
    public static void Continue(RunDirectory place, CommonOptions options, CommonOptions before, IMetricSink sink)
    {
        // OptionsDifference.RequireSamePast(before, options, place.Options);
        var then = JsonNode.Parse(File.ReadAllText(place.Environment))!.AsObject();
        var now = Describe(options);
        foreach (var key in new[] { "threads", "instructionSet", "torch", "architecture" })
        {
            if (then[key]?.ToString() != now[key]?.ToString())
            {
                sink.Notice(
                    $"{key} was {then[key]} and is {now[key]} now: the run goes on, but not bit for bit as it would have on the first machine.");
            }
        }

        AtomicFile.WriteText(place.Options, RunFile.Write(options) + "\n");
    }

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
        ["started"] = TimeProvider.System.GetUtcNow().ToString("u", CultureInfo.InvariantCulture),
    };
}
