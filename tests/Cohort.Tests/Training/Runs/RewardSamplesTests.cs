using System.Diagnostics;
using Cohort.Checkpoints;
using Cohort.Telemetry;
using Cohort.Tests.Rewards;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

/// <summary>The run files of samples/rewards.</summary>
public sealed class RewardSamplesTests : IDisposable
{
    private static readonly string Samples = Path.Combine(Repository.Root, "samples", "rewards");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    public void The_program_in_Python_scores_as_the_exact_match_does()
    {
        var (theirs, ours) = (Train("exact.json", "theirs"), Train("exact.json", "ours", """reward={"kind": "exact"}"""));

        Assert.NotEmpty(theirs);
        Assert.All(theirs, line => Assert.True(line is { Unscored: "" } && line.Parts.ContainsKey("lines")));
        Assert.Equal(ours.Select(Judged), theirs.Select(Judged));

        static (string Prompt, string Completion, double Score) Judged(RolloutLine line) => (line.PromptText, line.Completion, line.Score);
    }

    [Fact]
    public void The_judge_of_the_sample_is_asked()
    {
        using var server = new ChatServer("Verdict MARK: 7");
        var lines = Train("judge.json", "judged", $"reward.rewards.clear.url={server.Address}");

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Equal(0.7, line.Parts["clear"], 1e-6));
        Assert.All(lines, line => Assert.Equal(line.Parts["right"] + 0.07, line.Score, 1e-6));
        Assert.Contains("Is the answer a single word", ChatServer.Messages(server.Requests[0])[1]);
    }

    private IReadOnlyList<RolloutLine> Train(string sample, string name, params string[] sets)
    {
        var options = RunFile.ReadRun(
            Path.Combine(Samples, sample),
            ["budget.steps=2", "evaluation.every=0", "model.hiddenSize=16", "model.layers=1", "model.heads=2", "model.keyValueHeads=2", .. sets]);
        using var run = PolicyRun.Start(_folder.File(name), options, new SilentSink());
        run.Train();
        return [.. RolloutFile.Read(new RunDirectory(_folder.File(name)).Rollouts)];
    }
}

/// <summary>A test of a program in Python.</summary>
internal sealed class PythonFactAttribute : FactAttribute
{
    public PythonFactAttribute()
    {
        if (!Runs)
            Skip = "There is no python3 here.";
    }

    private static bool Runs { get; } = Try();

    private static bool Try()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", ["-c", ""]) { RedirectStandardError = true })!;
            return python.WaitForExit(30_000) && python.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
