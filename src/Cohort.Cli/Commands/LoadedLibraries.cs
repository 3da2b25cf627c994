using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cohort.Cli;

/// <summary>The C++ libraries that this process has really loaded, on Linux; eng/README.md tells why they matter.</summary>
internal static partial class LoadedLibraries
{
    private const string PatchedImport = "\0_ZSt21ios_base_library_initv\0";

    /// <summary>Such as ", libstdc++ GLIBCXX_3.4.30, patched to load with it"; empty where nothing is to be told.</summary>
    public static string Describe()
    {
        var text = new StringBuilder();
        if (Read("libstdc++.so") is { } standard)
            text.Append(CultureInfo.InvariantCulture, $", libstdc++ GLIBCXX_3.4.{Releases().Matches(standard).Max(Number)}");
        if (Read("libLibTorchSharp.so") is { } torchSharp)
            text.Append(torchSharp.Contains(PatchedImport, StringComparison.Ordinal) ? ", as published" : ", patched copy");
        return text.ToString();
    }

    /// <summary>The bytes of a mapped file as characters; null where there is none.</summary>
    private static string? Read(string name) =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.Contains("/" + name, StringComparison.Ordinal)) is { } line
        && line[line.IndexOf('/')..] is var path && File.Exists(path)
            ? File.ReadAllText(path, Encoding.Latin1)
            : null;

    private static int Number(Match match) => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\0GLIBCXX_3\.4\.(\d+)(?=\0)")]
    private static partial Regex Releases();
}
