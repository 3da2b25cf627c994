using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Cohort.Comparison;

namespace Cohort.Cli.Commands;

/// <summary>
/// A job of a comparison in a process of its own, so that memory and threads are its own. It is stopped by the end of its standard input, which also comes
/// where this process is killed, and never twice as signals of a terminal would.
/// </summary>
internal static class CompareChild
{
    /// <summary>The option that makes a process such a child.</summary>
    public const string Option = "--child";

    private const int LongestTail = 8000;

    /// <summary>Starts the process and waits for its end.</summary>
    /// <param name="folder">The comparison's.</param>
    /// <param name="job">The job.</param>
    /// <param name="cancel">Stops the process with a checkpoint.</param>
    public static JobEnd Run(ComparisonFolder folder, ComparisonJob job, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Tool(), ["compare", "--resume", folder.Root, "--only", job.Path, Option])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var runtime = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        if (Directory.Exists(Path.Combine(runtime, "host")))
            start.Environment["DOTNET_ROOT"] = runtime;

        using var process = Process.Start(start) ?? throw new IOException($"{start.FileName} cannot be started.");
        var tail = new StringBuilder();
        process.ErrorDataReceived += (_, line) => Keep(tail, line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        using (cancel.Register(process.StandardInput.Close))
            process.WaitForExit();

        return process.ExitCode switch
        {
            ExitCode.Success => new(job, JobState.Finished),
            ExitCode.Interrupted or ExitCode.Terminated => new(job, JobState.Stopped),
            var code => new(job, JobState.Failed, Message(tail.ToString(), code)),
        };
    }

    /// <summary>A token that is set when the other token is, or when an input ends.</summary>
    /// <param name="input">Read to its end on a thread of its own.</param>
    /// <param name="other">A token.</param>
    /// <returns>Disposed by the caller, when the process has nothing more to do.</returns>
    public static CancellationTokenSource StopWith(TextReader input, CancellationToken other)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(other);
        new Thread(() =>
        {
            while (input.Read() >= 0)
            {
            }

            stop.Cancel();
        })
        { IsBackground = true, Name = "input" }.Start();
        return stop;
    }

    private static string Tool() => Path.Combine(
        AppContext.BaseDirectory, typeof(CompareChild).Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : ""));

    private static void Keep(StringBuilder tail, string? line)
    {
        lock (tail)
        {
            tail.Append(line).Append('\n');
            tail.Remove(0, Math.Max(0, tail.Length - LongestTail));
        }
    }

    private static string Message(string tail, int code)
    {
        var error = tail.LastIndexOf("error: ", StringComparison.Ordinal);
        var message = (error < 0 ? tail : tail[(error + "error: ".Length)..]).Trim();
        return message != "" ? message : $"its process ended with code {code} and no message; where memory is short, lower --jobs.";
    }
}
