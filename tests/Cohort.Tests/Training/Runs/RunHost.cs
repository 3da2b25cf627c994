using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

/// <summary>
/// The test assembly as a program: begins the run of a run file in a directory, or goes on with it, as a process that can be killed.
/// </summary>
internal static class RunHost
{
    private const int TrainingFailed = 3;

    /// <summary>Arguments: a kind of TinyRun, the directory, the run file, settings. Prints why the run ended, or why it could not go on.</summary>
    public static int Main(string[] arguments)
    {
        var (kind, directory, file, sets) = (arguments[0], arguments[1], arguments[2], arguments[3..]);
        var resume = File.Exists(Path.Combine(directory, "options.json"));
        try
        {
            var result = kind == "reward-model" ? RewardModel(directory, file, sets, resume)
                : TinyRun.Samples(kind) ? Rl(directory, file, sets, resume)
                : Sft(directory, file, sets, resume);
            Console.WriteLine($"{result.End} at step {result.Step}");
            return 0;
        }
        catch (TrainingException error)
        {
            Console.WriteLine(error.Message);
            return TrainingFailed;
        }
    }

    private static RunResult Sft(string directory, string file, string[] sets, bool resume)
    {
        using var run = resume
            ? SftRun.Resume(directory, SftRun.ReadOptions(directory, sets), new Notices())
            : SftRun.Start(directory, RunFile.ReadSft(file, sets), new Notices());
        return run.Train();
    }

    private static RunResult RewardModel(string directory, string file, string[] sets, bool resume)
    {
        using var run = resume
            ? RewardModelRun.Resume(directory, RewardModelRun.ReadOptions(directory, sets), new Notices())
            : RewardModelRun.Start(directory, RunFile.ReadRewardModel(file, sets), new Notices());
        return run.Train();
    }

    private static RunResult Rl(string directory, string file, string[] sets, bool resume)
    {
        using var run = resume
            ? PolicyRun.Resume(directory, PolicyRun.ReadOptions(directory, sets), new Notices())
            : PolicyRun.Start(directory, RunFile.ReadRun(file, sets), new Notices());
        return run.Train();
    }

    private sealed class Notices : IMetricSink
    {
        public void Write(StepMetrics metrics)
        {
        }

        public void Notice(string message) => Console.WriteLine(message);
    }
}
