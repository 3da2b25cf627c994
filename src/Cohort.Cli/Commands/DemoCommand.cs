using System.CommandLine;

namespace Cohort.Cli.Commands;

/// <summary>`cohort demo`: the whole way from an untrained model to two improved ones, measured.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var quick = SharedOptions.Flag("--quick", "Fewer steps and problems: shows that everything works, within a minute");
        var seed = SharedOptions.Seed();
        var place = SharedOptions.Text("--out", "DIR", "Where its runs go [default: runs/demo-<n>]");
        var threads = SharedOptions.Threads();
        var json = SharedOptions.Json();
        var command = new TaughtCommand(
            "demo",
            "The whole way on a small task: SFT, then GRPO and PPO, measured.",
            "Fine-tunes a new transformer to sort digits, improves it by GRPO and by PPO, and measures all three on held-out problems.",
            "./cohort demo",
            "./cohort demo --quick --json") { quick, seed, place, threads, json };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(place) ?? RunPlaces.Next("demo");
            var demo = new Demo(context, root, parsed.GetValue(seed), parsed.GetValue(threads), parsed.GetValue(quick));
            return demo.Run(parsed.GetValue(json));
        });
        return command;
    }
}
