using System.Diagnostics;
using Cohort.Checkpoints;
using Xunit.Abstractions;

namespace Cohort.Tests.Training.Runs;

/// <summary>
/// Runs that are killed with SIGKILL and resumed. Two kills per algorithm, the last amid a checkpoint; COHORT_KILLS sets another number, see eng/kill-and-resume.sh.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("COHORT_KILLS") ?? "2");
    private static readonly int Steps = 4 * Kills;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft")]
    [InlineData("reward-model")]
    [InlineData("grpo")]
    [InlineData("ppo")]
    [InlineData("ppo-lora")]
    public void A_run_that_is_killed_and_resumed_ends_with_the_same_bits(string kind)
    {
        var random = new Random(17);
        var parts = new RunDirectory(_folder.File("parts"));
        File.WriteAllText(_folder.File("run.json"), TinyRun.File(kind));
        string[] sampling = ["evaluation.curve.points=5", "evaluation.curve.problems=5", "evaluation.curve.samples=2", $"budget.steps={Steps}"];
        string[] sets = ["evaluation.every=4", .. TinyRun.Samples(kind) ? sampling : [$"steps={Steps}"]];
        TinyRun.Train(kind, _folder.File("whole"), sets);

        for (var kill = 0; kill < Kills; kill++)
        {
            using var child = ChildRun.Start(ChildRun.Command(kind, parts.Root, _folder.File("run.json"), sets));
            var moment = KillAt(child, parts, random, whileSaving: kill % 3 == 2 || kill == Kills - 1, kill * (Steps - 2) / Kills);
            output.WriteLine($"{kind}: kill {kill + 1} of {Kills} {moment}; the newest checkpoint is {Path.GetFileName(parts.NewestCheckpoint())}");
        }

        using (var child = ChildRun.Start(ChildRun.Command(kind, parts.Root, _folder.File("run.json"), sets)))
            Assert.Equal((0, $"BudgetUsed at step {Steps}\n"), child.Finish());

        RunBits.AssertSame(_folder.File("whole"), parts.Root);
        Assert.Empty(Directory.GetFileSystemEntries(parts.Root, "*.unfinished", SearchOption.AllDirectories));
        output.WriteLine($"{kind}: weights {RunBits.Weights(parts.Model)[..16]}, metrics, completions and curve are those of a run that was never killed");
    }

    // A moment at random after a checkpoint that lies further with each kill, or amid the writing of one.
    private static string KillAt(ChildRun child, RunDirectory place, Random random, bool whileSaving, int step)
    {
        var delay = TimeSpan.FromMilliseconds(random.Next(0, 100));
        var first = Math.Max(step, Newest(place) + 1);
        Await(child, () => Newest(place) >= first);
        if (whileSaving)
            Await(child, () => HalfWritten(place).Any());
        else
            Thread.Sleep(delay);

        child.Kill();
        var logged = File.ReadLines(place.Metrics).Count() - 1;
        var amid = HalfWritten(place).FirstOrDefault();
        return amid is null ? $"{delay.TotalMilliseconds} ms after step {first}, at step {logged}" : $"amid {amid}, at step {logged}";
    }

    private static IEnumerable<string> HalfWritten(RunDirectory place) =>
        Directory.EnumerateDirectories(place.Checkpoints).Select(path => Path.GetFileName(path)).Where(name => name.Contains('.', StringComparison.Ordinal));

    private static int Newest(RunDirectory place) =>
        place.NewestCheckpoint() is { Length: > 0 } newest ? int.Parse(Path.GetFileName(newest)["step-".Length..]) : 0;

    private static void Await(ChildRun child, Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition() && !child.HasEnded && watch.Elapsed < Patience)
            Thread.Sleep(1);

        Assert.True(watch.Elapsed < Patience, "The child did not get there.");
    }
}
