using System.Text;
using System.Text.RegularExpressions;
using Cohort.Losses;
using Cohort.Training;

namespace Cohort.Tests.Golden;

/// <summary>docs/algorithms.md: what it names is there, what the closed sets have is named, and its table of differences is the tests' own.</summary>
public sealed class AlgorithmsDocumentTests
{
    private const string Begin = "<!-- differences: COHORT_WRITE_DOCS=1 ./test AlgorithmsDocument renews them -->", End = "<!-- end of differences -->";

    [Fact]
    public void Table_of_differences_is_that_of_the_tests()
    {
        var path = Path.Combine(Repository.Root, "docs", "algorithms.md");
        var text = File.ReadAllText(path);
        var (first, last) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(first >= 0 && last > first, $"{path} has no section between {Begin} and {End}.");
        var renewed = text[..first] + Begin + "\n" + Section() + text[last..];
        if (Environment.GetEnvironmentVariable("COHORT_WRITE_DOCS") == "1")
            File.WriteAllText(path, renewed);

        Assert.True(File.ReadAllText(path) == renewed, $"{path} differs from GoldenDifferences; renew it with COHORT_WRITE_DOCS=1 ./test AlgorithmsDocument.");
    }

    [Fact]
    public void Files_and_tests_that_the_document_names_are_there()
    {
        var names = Regex.Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "algorithms.md")), "`([A-Z][A-Za-z]+/(?:[A-Za-z]+/)*[A-Z][A-Za-z]+)(\\.cs)?`")
            .Select(match => (Name: match.Groups[1].Value, IsSource: match.Groups[2].Success)).Distinct().ToArray();
        Assert.True(names.Length > 60, $"Only {names.Length} files are named.");
        Assert.All(names, file => Assert.True(
            File.Exists(Path.Combine(Repository.Root, file.IsSource ? "src/Cohort" : "tests/Cohort.Tests", file.Name + ".cs")), $"{file.Name} is not there."));
    }

    [Fact]
    public void Every_name_of_the_closed_sets_is_in_the_document()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "algorithms.md"));
        var names = OptionsJson.Kinds(typeof(AdvantageOptions)).Concat(OptionsJson.Kinds(typeof(PolicyLoss))).Concat(OptionsJson.Kinds(typeof(TruncationOptions)))
            .Select(kind => kind.Name)
            .Concat(new[] { typeof(AlgorithmPreset), typeof(Reduction), typeof(KlEstimator), typeof(RatioLevel) }.SelectMany(OptionValue.Names));
        Assert.All(names, name => Assert.Contains($"`{name}`", text));
    }

    private static string Section()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "rl"), "*.json").Length;
        var differing = GoldenDifferences.All.Select(difference => difference.Case).Where(id => id != "").Distinct().Count();
        var outside = GoldenTests.FilesOutOfScope;
        var section = new StringBuilder($"Of {files} cases {files - differing - outside} agree, {differing} differ on purpose in some output, {outside} are out of scope.\n\n");
        section.Append("| system, function | output | ours | theirs | why |\n|---|---|---|---|---|\n");
        foreach (var same in GoldenDifferences.All.GroupBy(difference => difference.Why))
        {
            var outputs = string.Join(", ", same.Select(difference => $"`{difference.Output.Split('/')[^1]}`").Distinct());
            var (ours, theirs) = same.FirstOrDefault(difference => difference.Case != "") is { } known
                ? ($"{known.Ours:G9}", $"{known.Theirs:G9}")
                : ("", "");
            var functions = string.Join("<br>", same.Select(difference => difference.Function.Replace("/", ", ")).Distinct());
            section.Append($"| {functions} | {outputs} | {ours} | {theirs} | {same.Key} |\n");
        }

        return section.ToString();
    }
}
