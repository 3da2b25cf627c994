using System.CommandLine;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>`cohort train`: reinforcement learning.</summary>
internal static class TrainCommand
{
    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context) =>
        new RunCommand<PolicyRun>(
            "train",
            (request, sink) => request.IsResumed
                ? PolicyRun.Resume(request.Directory, request.Over(PolicyRun.ReadOptions(request.Directory, request.Sets)), sink)
                : PolicyRun.Start(request.Directory, request.Over(RunFile.ReadRun(request.RunFile, request.Sets)), sink),
            (run, cancel) => run.Train(cancel),
            directory => PolicyRun.ReadOptions(directory, []),
            (SharedOptions.Text("--replay", "DIR", "Train on what the run in this directory sampled (rollout.saveAll), instead of sampling"), "rollout.replay"))
        .Create(
            context,
            "Improve a model by reinforcement learning: GRPO or PPO.",
            "Samples answers to problems of a file (JSONL, CSV, Parquet) or a bundled task, scores them with a reward, and makes better ones likelier.",
            "./cohort train --set model.path=runs/sft-1/model --set data.task=sort",
            "./cohort train run.json --set algorithm=ppo --set budget.steps=50",
            "./cohort train --resume runs/run-1 --set budget.steps=300",
            "./cohort train run.json --replay runs/run-1 --set optimizer.learningRate=1e-5");
}
