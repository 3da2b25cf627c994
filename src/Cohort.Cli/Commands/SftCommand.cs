using System.CommandLine;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>`cohort sft`: supervised fine-tuning.</summary>
internal static class SftCommand
{
    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context) =>
        new RunCommand<SftRun>(
            "sft",
            (request, sink) => request.IsResumed
                ? SftRun.Resume(request.Directory, request.Over(SftRun.ReadOptions(request.Directory, request.Sets)), sink)
                : SftRun.Start(request.Directory, request.Over(RunFile.ReadSft(request.RunFile, request.Sets)), sink),
            (run, cancel) => run.Train(cancel),
            directory => SftRun.ReadOptions(directory, []))
        .Create(
            context,
            "Fine-tune a model on demonstrations.",
            "Demonstrations are pairs of prompt and completion, from a file (JSONL, CSV, Parquet) or a bundled task; the model is a folder's, or new.",
            "./cohort sft --set model.kind=new --set data.task=sort --set evaluation.stopAt=0.25",
            "./cohort sft sft.json --out runs/first",
            "./cohort sft --resume runs/first --set steps=1000");
}
