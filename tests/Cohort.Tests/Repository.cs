namespace Cohort.Tests;

/// <summary>The repository that the tests were built in: its documents are tested too.</summary>
internal static class Repository
{
    /// <summary>The folder with Cohort.slnx.</summary>
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo folder) => File.Exists(Path.Combine(folder.FullName, "Cohort.slnx"))
        ? folder.FullName
        : Find(folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests has a Cohort.slnx."));
}
