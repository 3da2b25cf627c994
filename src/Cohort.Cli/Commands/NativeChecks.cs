using System.Runtime.InteropServices;
using Cohort.Models;
using Cohort.Tensors;
using TorchSharp;

namespace Cohort.Cli;

/// <summary>What the machine offers to Cohort, for `cohort doctor`.</summary>
internal static class NativeChecks
{
    private static readonly string[] SupportedPlatforms = ["linux-x64", "win-x64", "osx-arm64"];

    /// <summary>All checks, in the order in which a reader wants them: a failure often explains those after it.</summary>
    public static IReadOnlyList<Check> All()
    {
        var libtorch = NativeLibraries();
        return [Dotnet(), Platform(), libtorch, Threads(libtorch.Ok), Device(libtorch.Ok), Memory(), Disk(Environment.CurrentDirectory)];
    }

    /// <summary>The runtime that runs this, and the SDKs beside it.</summary>
    public static Check Dotnet()
    {
        var home = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var sdks = Path.Combine(home, "sdk") is var folder && Directory.Exists(folder)
            ? Directory.GetDirectories(folder, "*.*.*").Select(Path.GetFileName).Order().ToArray()
            : [];
        return Found(".NET", sdks.Any(sdk => sdk is not null && sdk.StartsWith("10.0.", StringComparison.Ordinal)),
            $"runtime {Environment.Version}, SDK {(sdks.Length == 0 ? "none" : string.Join(", ", sdks))}, in {home}",
            "Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0");
    }

    /// <summary>Whether TorchSharp has native libraries for this system and processor.</summary>
    public static Check Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        var platform = $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        return Found("platform", SupportedPlatforms.Contains(platform), $"{platform}, {RuntimeInformation.OSDescription}",
            $"Use a machine that is one of {string.Join(", ", SupportedPlatforms)}.");
    }

    /// <summary>Whether libtorch loads, and with which C++ library.</summary>
    public static Check NativeLibraries()
    {
        const string name = "libtorch";
        try
        {
            // Asked first and by itself: where it fails, TorchSharp would copy libtorch into the output and print what it tried.
            _ = NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
            using var one = torch.ones(1);
            return Found(name, true, $"{torch.__version__}{LoadedLibraries.Describe()}", "");
        }
        catch (Exception problem) when (problem is DllNotFoundException or BadImageFormatException or TypeInitializationException
            or NotSupportedException or EntryPointNotFoundException)
        {
            return Found(name, false, $"does not load: {Reason(problem.GetBaseException().Message)}{LoadedLibraries.Describe()}",
                "Delete the bin and obj folders in src/Cohort.Cli and build again; eng/README.md tells about the C++ library it needs.");
        }
    }

    /// <summary>Cores, threads, and whether waiting threads sleep rather than spin.</summary>
    /// <param name="libtorchLoads">Whether libtorch may be asked for its default.</param>
    public static Check Threads(bool libtorchLoads)
    {
        var spinCount = Environment.GetEnvironmentVariable("GOMP_SPINCOUNT");
        var waitPolicy = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY");
        var sleeps = !OperatingSystem.IsLinux() || (spinCount is null
            ? string.Equals(waitPolicy, "PASSIVE", StringComparison.OrdinalIgnoreCase)
            : spinCount == "0");
        return Found("threads", sleeps,
            $"{PhysicalCores.Count} physical cores, {Environment.ProcessorCount} logical processors"
            + (libtorchLoads ? $", libtorch's default {torch.get_num_threads()}" : "")
            + (spinCount is null ? "" : $", GOMP_SPINCOUNT={spinCount}") + (waitPolicy is null ? "" : $", OMP_WAIT_POLICY={waitPolicy}"),
            "Waiting threads spin, which is up to ten times slower beside a busy process: unset GOMP_SPINCOUNT and OMP_WAIT_POLICY.");
    }

    /// <summary>Where tensors can be.</summary>
    /// <param name="libtorchLoads">Whether libtorch may be asked.</param>
    public static Check Device(bool libtorchLoads) => Found("device", true, libtorchLoads ? string.Join(", ", Placement.Available().Select(Named)) : "cpu", "");

    private static string Named(DeviceKind device) =>
        device.ToString().ToLowerInvariant() + (device == DeviceKind.Cuda ? $" ({torch.cuda.device_count()})" : "");

    /// <summary>Memory that programs can still get.</summary>
    public static Check Memory()
    {
        var (available, total) = AvailableMemory();
        return Found("memory", available >= 2 * Gibibyte, $"{InGibibytes(available)} available of {InGibibytes(total)}",
            "Less than 2 GiB is available: close other programs, or train a smaller model in smaller micro-batches.");
    }

    /// <summary>Room for runs and checkpoints.</summary>
    /// <param name="folder">The folder that runs are written under.</param>
    public static Check Disk(string folder)
    {
        var drive = new DriveInfo(folder);
        return Found("disk", drive.AvailableFreeSpace >= Gibibyte, $"{InGibibytes(drive.AvailableFreeSpace)} free in {folder}",
            "Less than 1 GiB is free: delete old runs, or work in a folder on another disk.");
    }

    private const long Gibibyte = 1L << 30;

    private static Check Found(string name, bool ok, string finding, string remedy) => new(name, ok, finding, ok ? "" : remedy);

    private static string InGibibytes(long bytes) => $"{(double)bytes / Gibibyte:0.0} GiB";

    /// <summary>The loader's message has a line for each file that it tried; most only say that there is none.</summary>
    private static string Reason(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Skip(1).FirstOrDefault(line => !(line.Contains("LibTorchSharp") && line.Contains("No such file"))) ?? lines[0];
    }

    /// <summary>What Linux tells, within the limit that a container may set; elsewhere what the runtime tells.</summary>
    private static (long Available, long Total) AvailableMemory()
    {
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        var total = memory.TotalAvailableMemoryBytes;
        var available = total - memory.MemoryLoadBytes;
        if (OperatingSystem.IsLinux())
        {
            var line = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
            available = Math.Min(available, 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        }
        return (available, total);
    }
}
