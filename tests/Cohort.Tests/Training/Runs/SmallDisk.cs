namespace Cohort.Tests.Training.Runs;

/// <summary>A test that needs a small disk of its own: skipped where this process may not mount one.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (SmallDisk.Unshare.Length == 0)
            Skip = "A tmpfs cannot be mounted here: unshare or mount is missing or refused.";
    }
}

/// <summary>Shell scripts with a tmpfs that nobody else sees, and that is gone when they end.</summary>
internal static class SmallDisk
{
    /// <summary>How to get a mount namespace here: as root, or else with a user namespace; empty where neither is allowed.</summary>
    public static string[] Unshare { get; } =
        new string[][] { ["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"] }.FirstOrDefault(Works) ?? [];

    /// <summary>Runs a script in which the folder is a tmpfs of a size; functions: fill ROOM (leaves so many KiB), empty.</summary>
    public static ChildRun Start(string folder, string size, string script)
    {
        Directory.CreateDirectory(folder);
        return ChildRun.Start([.. Unshare, "sh", "-c",
            $$"""
            disk={{folder}}
            mount -t tmpfs -o size={{size}} tmpfs $disk || exit 99
            fill() {
                cat /dev/zero > $disk/ballast 2>/dev/null
                truncate -s -${1}K $disk/ballast
            }
            empty() { rm $disk/ballast; }
            {{script}}
            """]);
    }

    private static bool Works(string[] unshare)
    {
        if (!OperatingSystem.IsLinux())
            return false;

        try
        {
            using var probe = ChildRun.Start([.. unshare, "mount", "-t", "tmpfs", "tmpfs", Path.GetTempPath()]);
            return probe.Finish().Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
