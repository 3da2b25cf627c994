using System.Text.Json;
using Cohort.Cli;

namespace Cohort.Tests.Cli;

/// <summary>What one command line did.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CommandLine(int Code, string Output, string Error)
{
    /// <summary>The one JSON object on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs the tool in this process.</summary>
    public static CommandLine Run(params string[] args) => Pipe("", args);

    /// <summary>Runs the tool in this process, with a text as standard input.</summary>
    public static CommandLine Pipe(string text, params string[] args)
    {
        using var input = new StringReader(text);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = Program.Run(args, input, output, error);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the tool, which must succeed.</summary>
    public static CommandLine Succeed(params string[] args)
    {
        var line = Run(args);
        Assert.True(line.Code == 0, $"{string.Join(' ', args)}: {line.Code}\n{line.Error}");
        return line;
    }

    /// <summary>Runs the tool, which must refuse in one message without a stack trace.</summary>
    public static CommandLine Refuse(string[] args, params string[] parts)
    {
        var line = Run(args);
        Assert.True(line.Code == ExitCode.BadInput, $"{string.Join(' ', args)}: {line.Code}\n{line.Output}\n{line.Error}");
        Assert.StartsWith("error: ", line.Error);
        Assert.Equal(1, line.Error.Split("error: ").Length - 1);
        Assert.DoesNotContain("   at Cohort", line.Error);
        Assert.All(parts, part => Assert.Contains(part, line.Error));
        return line;
    }
}
