using System.CommandLine;
using Cohort.Checkpoints;
using Cohort.Telemetry;
using Cohort.Tensors;

namespace Cohort.Cli.Commands;

/// <summary>`cohort export`: a run's numbers for other tools.</summary>
internal static class ExportCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var run = new Argument<string>("RUN") { Description = "Run directory, finished or not, such as runs/train-1" };
        var csv = SharedOptions.Text("--csv", "FILE", "Write a table with a row per step and a column per metric");
        var board = SharedOptions.Text("--tensorboard", "DIR", "Write TensorBoard's events into this folder; --logdir is the folder or one above it");
        var follow = SharedOptions.Flag("--follow", "Go on as the run goes on, until it has ended or Ctrl-C");
        var command = new TaughtCommand(
            "export",
            "Write a run's numbers as CSV, or for TensorBoard.",
            "Reads metrics.jsonl, which stays as it is. What was exported before is replaced.",
            "./cohort export runs/train-1 --csv metrics.csv",
            "./cohort export runs/train-1 --tensorboard board/train-1 --follow")
        {
            run, csv, board, follow,
        };
        command.SetAction(parsed => Run(
            new RunDirectory(parsed.GetValue(run)!), parsed.GetValue(csv) ?? "", parsed.GetValue(board) ?? "", parsed.GetValue(follow), context));
        return command;
    }

    private static int Run(RunDirectory run, string csv, string board, bool follow, Context context)
    {
        if (csv == "" && board == "")
            throw new UsageException("There is nothing to write; give --csv FILE, --tensorboard DIR, or both.");
        if (!run.Exists)
            throw new UsageException($"'{run.Root}' holds no run (there is no {RunDirectory.OptionsFile}); name a run directory, such as runs/train-1.");
        if (!follow && !File.Exists(run.Metrics))
            throw new UsageException($"'{run.Root}' has no finished step yet; wait, or give --follow.");

        using var events = board == "" ? Stream.Null : CreateEvents(run, board);
        var sink = new TensorBoardSink(events, run.Started());
        var (tail, steps) = (new MetricsTail(run.Metrics), new List<StepMetrics>());
        var ends = false;
        do
        {
            ends = !follow || run.IsFinished(); // before reading, so that the last step is read
            var fresh = File.Exists(run.Metrics) ? tail.Read() : [];
            if (fresh is [var first, ..] && steps is [.., var last] && first.Step <= last.Step)
                steps.Clear();

            steps.AddRange(fresh);
            foreach (var step in fresh)
                sink.Write(step);

            events.Flush();
            if (csv != "" && (fresh.Count > 0 || ends))
                AtomicFile.Write(csv, stream => MetricsCsv.Write(stream, steps));
        }
        while (!ends && !context.Interruption.Token.WaitHandle.WaitOne(Pause));

        var metrics = steps.SelectMany(step => step.Values).Select(value => value.Key).Distinct().Count();
        var places = string.Join(" and ", new[] { csv, board }.Where(place => place != ""));
        context.Terminal.Output.WriteLine($"{places}: {steps.Count} steps of {metrics} metrics from {run.Root}");
        return ends ? ExitCode.Success : context.Interruption.ExitCode;
    }

    // TensorBoard knows a file of events by "tfevents", and takes the rest of the name for when and where it was written.
    private static FileStream CreateEvents(RunDirectory run, string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"events.out.tfevents.{run.Started().ToUnixTimeSeconds()}.cohort");
        return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }
}
