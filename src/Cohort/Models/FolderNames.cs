using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>How a family's folders spell the network's weights: the one place between names and layouts in files and in memory.</summary>
internal static class FolderNames
{
    // What a folder of the trunk alone leaves out in front of its names.
    private static readonly string[] TrunkPrefixes = ["model.", "transformer."];

    /// <summary>A weight as a folder has it.</summary>
    /// <param name="family">The family of the folder.</param>
    /// <param name="name">The parameter's name in the network.</param>
    /// <param name="parameter">The parameter.</param>
    /// <returns>Its name in the folder, and the parameter itself or a view of it in the folder's layout.</returns>
    public static (string Name, Tensor View) InFolder(ModelFamily family, string name, Tensor parameter)
    {
        _ = family;
        return (name, parameter);
    }

    /// <summary>The name that a folder without head uses for a weight of the trunk; the name itself for other weights.</summary>
    /// <param name="name">A name in a folder.</param>
    public static string WithoutTrunk(string name) =>
        TrunkPrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } found ? name[found.Length..] : name;
}
