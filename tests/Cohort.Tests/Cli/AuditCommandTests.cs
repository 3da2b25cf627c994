using Cohort.Audit;

namespace Cohort.Tests.Cli;

public sealed class AuditCommandTests
{
    [Fact]
    public void Audit_prints_tables_and_writes_everything_as_JSON()
    {
        using var folder = new TemporaryFolder();
        var line = CommandLine.Succeed("audit", "--policy", "transformer", "--samples-per-prompt", "2", "--length", "4", "--out", folder.File("audit"));

        Assert.All(line.Output.Split('\n'), text => Assert.True(text.Length <= 100, $"{text.Length} columns: {text}"));
        Assert.All(
            ["leave-one-out (RLOO)", "Dividing by the group's deviation", "k1 in the loss, no weight", "Everything is in"],
            part => Assert.Contains(part, line.Output.ReplaceLineEndings(" ").Replace("   ", " ", StringComparison.Ordinal)));
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder.File("audit/audit.json")));
        var subject = Assert.Single(json.RootElement.GetProperty("subjects").EnumerateArray());
        Assert.Equal("transformer", subject.GetProperty("name").GetString());
        var row = subject.GetProperty("sections")[0].GetProperty("rows")[0];
        Assert.Equal(1, row.GetProperty("effective_sample_size").GetDouble(), 1e-8);
        var page = File.ReadAllText(folder.File("audit/audit.html"));
        Assert.All(
            ["Definitions", "algorithm.advantage.kind=leaveOneOut", "A &gt; 0"],
            part => Assert.Contains(part, page));
        Assert.Equal(14, json.RootElement.GetProperty("clipping").GetArrayLength());

        // Terminal, page and JSON say the same of every table.
        var terminal = string.Join(' ', line.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        string[] follows =
        [
            .. subject.GetProperty("sections").EnumerateArray().Select(section => section.GetProperty("follows").GetString()!),
            .. new[] { "normalization_follows", "lengths_follow", "surrogate_follows" }.Select(key => subject.GetProperty(key).GetString()!),
            json.RootElement.GetProperty("clipping_follows").GetString()!,
        ];
        Assert.Equal(15, follows.Length);
        Assert.All(follows, sentence => Assert.Contains($"-> {sentence}", terminal));
        Assert.All(follows, sentence => Assert.Contains(sentence, System.Net.WebUtility.HtmlDecode(page)));
    }

    [Theory]
    [InlineData("--samples-per-prompt", "17", "[2, 16]")]
    [InlineData("--length", "9", "[4, 8]")]
    public void Sizes_out_of_bounds_are_told(string option, string value, string rule) =>
        CommandLine.Refuse(["audit", option, value], rule, value);
}
