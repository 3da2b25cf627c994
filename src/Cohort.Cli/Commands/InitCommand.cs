using System.CommandLine;
using Cohort.Models;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>`cohort init`: a model of a given shape with random weights.</summary>
internal static class InitCommand
{
    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var config = new Option<string>("--config")
        {
            Description = "The shape: a model folder, or its config.json",
            HelpName = "DIR|FILE",
            Required = true,
        };
        var place = new Option<string>("--out") { Description = "The new model's folder; must not exist, or be empty", HelpName = "DIR", Required = true };
        var seed = SharedOptions.Seed();
        var tokenizer = SharedOptions.Text("--tokenizer", "DIR", "Folder of the tokenizer [default: the shape's]");
        var dtype = SharedOptions.Name<WeightType>("--dtype", "Type of the weights; auto is float32 [default: auto]");
        var json = SharedOptions.Json();
        var command = new TaughtCommand(
            "init",
            "Make a model of a given shape with random weights.",
            "Carries along the tokenizer, generation_config.json and licence files that lie beside the shape. No weights are read.",
            "./cohort init --config models/qwen2.5-0.5b --out models/fresh",
            "./cohort init --config shape/config.json --tokenizer models/qwen2.5-0.5b --out models/fresh --seed 7 --dtype bfloat16")
        {
            config, place, seed, tokenizer, dtype, json,
        };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(place)!;
            var made = FreshModel.Create(
                parsed.GetValue(config)!, parsed.GetValue(tokenizer) ?? "", folder, parsed.GetValue(seed), parsed.GetValue(dtype));
            if (parsed.GetValue(json))
            {
                context.Terminal.Output.WriteLine(SharedOptions.ToJson(new
                {
                    folder,
                    model_type = made.Config.Family.ModelType,
                    parameters = made.Parameters,
                    bytes = made.Bytes,
                    tokenizer = made.HasTokenizer,
                }));
                return ExitCode.Success;
            }

            context.Terminal.Output.WriteLine($"{folder}: {made.Config.Family.ModelType}, {made.Parameters:#,0} parameters, {made.Bytes:#,0} bytes");
            if (!made.HasTokenizer)
                context.Terminal.Say("There is no tokenizer beside the shape; without one the model cannot be trained or sampled. Give one by --tokenizer.");

            return ExitCode.Success;
        });
        return command;
    }
}
