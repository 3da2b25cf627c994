using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>
/// Every file of Golden/rl, and of the rl folder inside the one that COHORT_GOLDEN names: what other systems computed, against our functions. The
/// check is chosen by the file's system and function, and must look at every output and every gradient of the file.
/// </summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, Action<GoldenCase>> Checks = new IEnumerable<KeyValuePair<string, Action<GoldenCase>>>[]
    {
        AdvantageCases.All, PolicyLossCases.All, LossCases.All, TrainingCases.All, WholeUpdateCases.All, RewardCases.All, SamplingCases.All,
    }.SelectMany(checks => checks).ToDictionary();

    // Sampling filters that Cohort does not offer.
    private static readonly string[] OutOfScope =
    [
        "transformers/EpsilonLogitsWarper", "transformers/EtaLogitsWarper", "transformers/NoRepeatNGramLogitsProcessor",
        "transformers/TypicalLogitsWarper",
    ];

    public static TheoryData<string> Files =>
        new(Names(Ours).Concat(Further.Length == 0 ? [] : Names(Further).Select(name => Path.Combine(Further, "rl", name + ".json"))));

    /// <summary>How many of this project's files are of functions out of scope.</summary>
    internal static int FilesOutOfScope => Names(Ours).Count(name =>
    {
        using var golden = GoldenCase.Read(name);
        return OutOfScope.Contains(golden.Function);
    });

    private static string Ours => Path.Combine(AppContext.BaseDirectory, "Golden");

    private static string Further => Environment.GetEnvironmentVariable("COHORT_GOLDEN") ?? "";

    [Theory]
    [MemberData(nameof(Files))]
    public void Agrees_with(string file)
    {
        using var scope = NewDisposeScope();
        using var golden = Path.IsPathRooted(file) ? GoldenCase.Open(file) : GoldenCase.Read(file);
        if (OutOfScope.Contains(golden.Function))
        {
            return;
        }

        Assert.True(Checks.TryGetValue(golden.Function, out var check), $"{golden.Id}: nothing here computes {golden.Function}.");
        check(golden);
        Assert.Empty(golden.Unread());
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(Path.Combine(folder, "rl"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);
}
