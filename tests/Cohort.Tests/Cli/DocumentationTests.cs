using System.Text.RegularExpressions;
using Cohort.Cli;

namespace Cohort.Tests.Cli;

/// <summary>What the documents say of the tool is so.</summary>
public sealed partial class DocumentationTests
{
    private static string Root => Repository.Root;
    private static readonly string Readme = Read("README.md");

    [Fact]
    public void The_readme_shows_the_sample_as_it_is_compiled() =>
        Assert.Contains($"```csharp\n{Read("samples/TrainFromCode/Program.cs").TrimEnd()}\n```", Readme);

    [Fact]
    public void Exit_codes_are_documented()
    {
        foreach (var document in new[] { Readme, Read("docs/cli.md") })
            Assert.All(ExitCode.All, code => Assert.Contains(
                $"| {code.Code} | {code.Meaning} |", document.Replace("`", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("sft")]
    [InlineData("train")]
    [InlineData("compare")]
    [InlineData("reward-model")]
    [InlineData("evaluate")]
    [InlineData("generate")]
    [InlineData("init")]
    [InlineData("plan")]
    [InlineData("merge")]
    [InlineData("export")]
    [InlineData("tasks")]
    [InlineData("audit")]
    [InlineData("doctor")]
    public void Every_option_is_in_the_manual(string command)
    {
        var manual = Read("docs/cli.md");

        Assert.Contains($"| `{command}", manual);
        Assert.All(
            LongOption().Matches(CommandLine.Succeed(command, "--help").Output).Select(match => match.Value).Except(["--help"]),
            option => Assert.Contains(option, manual));
    }

    [Fact]
    public void Files_of_the_annotated_tree_exist()
    {
        var lines = TreeLine().Matches(Readme[Readme.IndexOf("## What is where", StringComparison.Ordinal)..]);

        Assert.True(lines.Count >= 22);
        Assert.All(lines, line => Assert.True(
            Path.Exists(Path.Combine(Root, line.Groups[1].Value == "  " ? "src/Cohort" : "", line.Groups[2].Value)), line.Value));
    }

    // The block of "Your own problems", run as a shell would: here-documents become files, lines of ./cohort run in this process.
    [Fact]
    public void The_readmes_own_problems_work_as_written()
    {
        using var folder = new TemporaryFolder();
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            var block = ShellBlock().Match(Readme).Groups[1].Value;
            foreach (Match document in HereDocument().Matches(block))
                File.WriteAllText(document.Groups[1].Value, document.Groups[2].Value);

            var commands = block.Split('\n').Where(line => line.StartsWith("./cohort ", StringComparison.Ordinal)).ToArray();
            Assert.Equal(4, commands.Length);
            foreach (var command in commands)
                CommandLine.Succeed(command.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]);

            Assert.True(File.Exists("runs/mine/report.html"));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"(?<=^  )--[a-z-]+", RegexOptions.Multiline)]
    private static partial Regex LongOption();

    [GeneratedRegex(@"^(  )?((?:[A-Za-z.]+/?)+)  +\S", RegexOptions.Multiline)]
    private static partial Regex TreeLine();

    [GeneratedRegex(@"```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"^cat > (\S+) <<'END'\n(.*?)^END$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex HereDocument();
}
