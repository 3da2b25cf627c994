using System.CommandLine;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>`cohort reward-model`: training a reward model.</summary>
internal static class RewardModelCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "reward-model";

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context) =>
        new RunCommand<RewardModelRun>(
            Name,
            (request, sink) => request.IsResumed
                ? RewardModelRun.Resume(request.Directory, request.Over(RewardModelRun.ReadOptions(request.Directory, request.Sets)), sink)
                : RewardModelRun.Start(request.Directory, request.Over(RunFile.ReadRewardModel(request.RunFile, request.Sets)), sink),
            (run, cancel) => run.Train(cancel),
            directory => RewardModelRun.ReadOptions(directory, []))
        .Create(
            context,
            "Train a reward model on preferences.",
            "Preferences are a prompt with a chosen and a rejected completion, from a file or a bundled task; the model starts from a folder, or new.",
            "./cohort reward-model --set model.kind=new --set data.task=sort",
            "./cohort reward-model --set model.path=models/qwen --set data.path=preferences.jsonl --set centering=0.01",
            "./cohort reward-model --resume runs/reward-model-1 --set steps=1000");
}
