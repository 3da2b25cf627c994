using System;
using System.IO;
using System.Security.Cryptography;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of TorchSharp.dll whose methods are compiled without optimization; README.md beside this file says why.
/// MSBuild compiles this file when it needs it (RoslynCodeTaskFactory), against .NET Standard 2.0.
/// </summary>
public sealed class PatchTorchSharpScalars : Task
{
    // [assembly: Debuggable(modes)] as its blob: prolog, modes, no named arguments.
    private static readonly byte[] Optimized = { 1, 0, 0x02, 0x00, 0, 0, 0, 0 };
    private static readonly byte[] NotOptimized = { 1, 0, 0x07, 0x01, 0, 0, 0, 0 };

    /// <summary>The assembly of the package; it is only read.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>Where the patched copy goes.</summary>
    [Required]
    public string Destination { get; set; }

    /// <summary>The SHA-256 of the one file that may be patched, in lower-case hexadecimal digits.</summary>
    [Required]
    public string KnownSha256 { get; set; }

    /// <inheritdoc />
    public override bool Execute()
    {
        var image = File.ReadAllBytes(Source);
        string sha256;
        using (var sha = SHA256.Create())
            sha256 = BitConverter.ToString(sha.ComputeHash(image)).Replace("-", "").ToLowerInvariant();
        var at = Find(image, Optimized);
        if (sha256 != KnownSha256 || at < 0 || Find(image, Optimized, at + 1) >= 0)
        {
            Log.LogError(
                "{0} is not the file that this build knows how to patch: its SHA-256 is {1}, not {2}. Unpatched, it may free numbers while they are " +
                "in use; eng/README.md says what to check.", Source, sha256, KnownSha256);
            return false;
        }

        NotOptimized.CopyTo(image, at);
        File.Delete(Destination); // never written through: it may be a hard link
        File.WriteAllBytes(Destination + ".new", image);
        File.Move(Destination + ".new", Destination);
        return true;
    }

    private static int Find(byte[] image, byte[] part, int from = 0)
    {
        for (var at = from; at <= image.Length - part.Length; at++)
        {
            var same = 0;
            while (same < part.Length && image[at + same] == part[same])
                same++;
            if (same == part.Length)
                return at;
        }

        return -1;
    }
}
