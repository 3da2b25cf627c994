using System.CommandLine;
using Cohort.Audit;
using Cohort.Cli.Terminals;
using Cohort.Reports;
using Cohort.Tensors;

namespace Cohort.Cli.Commands;

/// <summary>`cohort audit`: what every estimator, loss and KL option does, on a task that can be summed over.</summary>
internal sealed class AuditCommand
{
    private const string ResultFile = "audit.json";

    private readonly Option<AuditedPolicy> _policy = SharedOptions.Name<AuditedPolicy>("--policy", "Which policies are measured [default: both]");
    private readonly Option<int> _samples = SharedOptions.Count(
        "--samples-per-prompt", "G", $"Completions of each prompt in a batch, at most {AuditOptions.MostSamples}", 2, 8);

    private readonly Option<int> _length = SharedOptions.Count(
        "--length", "T", $"Where completions are cut off, in tokens, at most {AuditOptions.Longest}", 4, 5);

    private readonly Option<ulong> _seed = SharedOptions.Seed();
    private readonly Option<string?> _out = SharedOptions.Text(
        "--out", "DIR", $"Write {ResultFile} and {AuditPage.FileName} there, with everything that was measured");
    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var options = new AuditCommand();
        var command = new TaughtCommand(
            "audit",
            "Measure the bias and variance of every estimator, loss and KL option.",
            "On a policy and a task so small that expectations are sums over all completions: bias, variance at equal sampled tokens, "
            + "cosine to the exact gradient, and effective sample size, against REINFORCE without a baseline. Under a minute.",
            "./cohort audit",
            "./cohort audit --policy table --samples-per-prompt 4 --out audit",
            "./cohort audit --json > audit.json")
        {
            options._policy, options._samples, options._length, options._seed, options._out, options._json,
        };
        command.SetAction(parsed => options.Run(parsed, context));
        return command;
    }

    private int Run(ParseResult parsed, Context context)
    {
        var options = UsageException.Check(() => new AuditOptions
        {
            Policy = parsed.GetValue(_policy),
            SamplesPerPrompt = parsed.GetValue(_samples),
            Length = parsed.GetValue(_length),
            Seed = parsed.GetValue(_seed),
        });
        var folder = parsed.GetValue(_out);
        if (folder is not null)
            Directory.CreateDirectory(folder);

        var result = ProgressView.Show(context.Terminal, "audit", view => AuditRun.Of(
            options,
            progress =>
            {
                view.Advance(progress.Share);
                view.Detail(progress.Doing);
            },
            context.Interruption.Token));
        var json = SharedOptions.ToJson(result);
        if (folder is not null)
        {
            AtomicFile.WriteText(Path.Combine(folder, ResultFile), json + "\n");
            AuditPage.Write(folder, result);
        }

        if (parsed.GetValue(_json))
            context.Terminal.Output.WriteLine(json);
        else
            AuditTables.Print(context.Terminal.Output,
                result,
                folder is null ? "" : $"{Numbers.ShortPath(Path.Combine(folder, ResultFile))} and {AuditPage.FileName}");

        return ExitCode.Success;
    }
}
