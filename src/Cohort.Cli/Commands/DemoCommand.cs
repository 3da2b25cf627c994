using System.CommandLine;

namespace Cohort.Cli.Commands;

/// <summary>`cohort demo`: the whole way from an untrained model to two improved ones, measured.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var quick = new Option<bool>("--quick") { Description = "Fewer steps and problems: shows that everything works, within a minute" };
        var seed = SharedOptions.Seed();
        var place = new Option<string>("--out") { Description = "Where its runs go [default: runs/demo-<n>]", HelpName = "DIR" };
        var threads = SharedOptions.Count("--threads", "Threads; 0 is the physical cores", 0, 0);
        var json = SharedOptions.Json();
        var command = new TaughtCommand(
            "demo",
            "The whole way on a small task: SFT, then GRPO and PPO, measured.",
            "Fine-tunes a new transformer to sort digits, improves it by GRPO and by PPO, and measures all three on held-out problems. Needs no "
            + "data and no download.",
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
