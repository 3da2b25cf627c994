using System.Text.Json;

namespace Cohort.Benchmarks.Runs;

/// <summary>How a step's time grows: one number changes, the others stay.</summary>
internal static class ScalingMode
{
    private static readonly (string Series, Func<RunShape, int, RunShape> With, int[] Values)[] All =
    [
        ("rows", (shape, x) => shape with { Prompts = x / shape.Group }, [8, 16, 32, 64, 128, 256]),
        ("completion", (shape, x) => shape with { Completion = x }, [16, 32, 64, 128, 256]),
        // The same 64 rows, of more prompts or of fewer: prompts are long, so that sharing them shows.
        ("group_of_64_rows", (shape, x) => shape with { Group = x, Prompts = 64 / x, Prompt = 64, Completion = 32 }, [1, 2, 4, 8, 16, 32, 64]),
        ("group_of_8_prompts", (shape, x) => shape with { Group = x, Prompt = 64, Completion = 32 }, [1, 2, 4, 8, 16, 32]),
        // Of 512 tokens so many end a completion: on average it ends early, and its place is free.
        ("stops", (shape, x) => shape with { Stops = x }, [0, 4, 8, 16, 32, 64]),
    ];

    /// <summary>Measures every series.</summary>
    /// <param name="shape">What does not change.</param>
    /// <param name="reps">Repetitions of each step.</param>
    /// <param name="write">Takes a line of JSON for each point.</param>
    public static void Run(RunShape shape, int reps, Action<string> write)
    {
        foreach (var (series, with, values) in All)
        {
            foreach (var x in values)
            {
                var point = with(shape, x);
                using var run = new GrpoRun(point);
                var steps = ShapeMode.Repeat(run, StepPart.Step, reps);
                write(JsonSerializer.Serialize(new
                {
                    series,
                    x,
                    shape = $"{shape.Model}".ToLowerInvariant(),
                    rows = point.Rows,
                    group = point.Group,
                    prompt = point.Prompt,
                    completion = point.Completion,
                    sampled_tokens = ShapeMode.Median(steps, step => step.SampledTokens, 0),
                    rollout_seconds = ShapeMode.Median(steps, step => step.Rollout, 4),
                    update_seconds = ShapeMode.Median(steps, step => step.Update, 4),
                    step_seconds = ShapeMode.Median(steps, step => step.Whole, 4),
                }));
            }
        }
    }
}
