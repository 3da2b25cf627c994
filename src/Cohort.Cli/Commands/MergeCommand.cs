using System.CommandLine;
using Cohort.Models;

namespace Cohort.Cli.Commands;

/// <summary>`cohort merge`: an adapter and its base as one plain model folder.</summary>
internal static class MergeCommand
{
    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var model = SharedOptions.Model();
        var place = new Option<string>("--out") { Description = "The folder that is made", HelpName = "DIR", Required = true };
        var dtype = SharedOptions.Name<WeightType>("--dtype", "Type of the weights; auto is float32 [default: auto]");
        var command = new TaughtCommand(
            "merge",
            "Merge an adapter into its base model.",
            "Writes a plain model folder that every tool loads. Adapter and base stay as they are.",
            "./cohort merge --model runs/train-1/model --out merged")
        {
            model, place, dtype,
        };
        command.SetAction(parsed => Run(parsed.GetValue(model)!, parsed.GetValue(place)!, parsed.GetValue(dtype), context));
        return command;
    }

    private static int Run(string source, string target, WeightType type, Context context)
    {
        if (!AdapterFolder.Describes(source))
            throw new UsageException($"'{source}' has no {AdapterFolder.ConfigFile}: it is no adapter, and there is nothing to merge.");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new UsageException($"'{target}' is not empty; name a new folder. Nothing was changed.");

        using var merged = Adapters.Merge(AdapterFolder.Load(source, Placement.Cpu));
        ModelFolder.Save(merged, merged.Config, target, AdapterFolder.BaseOf(source), type);
        CarriedFiles.CopyTokenizer(ModelFolder.TokenizerOf(source), target);
        context.Terminal.Output.WriteLine($"{target} holds {AdapterFolder.BaseOf(source)} with the adapter of {source}.");
        return ExitCode.Success;
    }
}
