using System.Runtime.CompilerServices;

namespace Cohort.Tests;

/// <summary>Text that is pinned by a file beside the tests; COHORT_SNAPSHOTS=write writes it anew.</summary>
internal static class Snapshot
{
    public static void Same(string file, string text, [CallerFilePath] string caller = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(caller))!, file);
        if (Environment.GetEnvironmentVariable("COHORT_SNAPSHOTS") == "write")
            File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"{path} is missing; COHORT_SNAPSHOTS=write writes it.");
        Assert.Equal(File.ReadAllText(path), text);
    }
}
