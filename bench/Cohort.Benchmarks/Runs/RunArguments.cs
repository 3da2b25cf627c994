using System.CommandLine;
using Cohort.Rollouts;

namespace Cohort.Benchmarks.Runs;

/// <summary>The command line of what runs a model.</summary>
internal static class RunArguments
{
    /// <summary>Reads a command line and runs it.</summary>
    /// <param name="args">From the mode on.</param>
    /// <returns>The exit code.</returns>
    public static int Invoke(string[] args)
    {
        var model = new Option<ModelShape>("--shape") { Description = "tiny, small or qwen05b" };
        var prompts = Number("--prompts", 8, "prompts of a step");
        var group = Number("--group", 8, "completions of a prompt");
        var prompt = Number("--prompt", 16, "tokens of a prompt");
        var completion = Number("--completion", 64, "tokens of a completion, sampled");
        var reps = Number("--reps", 7, "repetitions; medians are printed");
        var micro = Number("--micro-batch", 0, "rows that go through the network together; 0 is what `cohort train` chooses");
        var threads = Number("--threads", 0, "0 is the physical cores");
        var stops = Number("--stops", 0, "how many tokens of the vocabulary end a completion");
        var sampler = new Option<SamplerKind>("--sampler") { Description = "auto, engine or torch" };
        var weights = new Option<SamplerWeights>("--weights") { Description = "of the engine: exact or bfloat16" };
        var part = new Option<StepPart>("--part") { Description = "step, or only its rollout or its update, for a profile" };
        var lengths = new Option<string>("--lengths")
        {
            Description = "equal, or the range of completion lengths that the update sees, as in 8-64",
            DefaultValueFactory = _ => "equal",
        };
        lengths.Validators.Add(result =>
        {
            try
            {
                _ = LengthRange.Parse(result.GetValueOrDefault<string>());
            }
            catch (FormatException error)
            {
                result.AddError(error.Message);
            }
        });

        RunShape Shape(ParseResult parsed) => new()
        {
            Model = parsed.GetValue(model),
            Prompts = parsed.GetValue(prompts),
            Group = parsed.GetValue(group),
            Prompt = parsed.GetValue(prompt),
            Completion = parsed.GetValue(completion),
            MicroBatch = parsed.GetValue(micro),
            Threads = parsed.GetValue(threads),
            Stops = parsed.GetValue(stops),
            Sampler = parsed.GetValue(sampler),
            Weights = parsed.GetValue(weights),
            Lengths = LengthRange.Parse(parsed.GetValue(lengths)!),
        };

        var shape = new Command("shape", "Tokens per second and seconds per step of one model.")
        {
            model, prompts, group, prompt, completion, reps, micro, threads, stops, sampler, weights, part, lengths,
        };
        shape.SetAction(parsed => Console.WriteLine(ShapeMode.Run(Shape(parsed), parsed.GetValue(part), parsed.GetValue(reps))));
        var scaling = new Command("scaling", "Seconds per step against rows, lengths and groups.") { model, reps, threads, sampler, weights };
        scaling.SetAction(parsed => ScalingMode.Run(
            new()
            {
                Model = parsed.GetValue(model),
                Threads = parsed.GetValue(threads),
                Sampler = parsed.GetValue(sampler),
                Weights = parsed.GetValue(weights),
            },
            parsed.GetValue(reps),
            Console.WriteLine));
        return new RootCommand { shape, scaling }.Parse(args).Invoke();
    }

    private static Option<int> Number(string name, int fallback, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 and var value)
                result.AddError($"{name} is {value}, but must not be negative.");
        });
        return option;
    }
}
