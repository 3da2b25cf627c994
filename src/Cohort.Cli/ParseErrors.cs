using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;

namespace Cohort.Cli;

/// <summary>What is wrong with a command line, in words for people.</summary>
internal static partial class ParseErrors
{
    /// <summary>All that is wrong, what may have been meant, and where the help is.</summary>
    /// <param name="parsed">A command line with errors.</param>
    public static UsageException Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command.Name;
        var help = command == "cohort" ? "./cohort --help" : $"./cohort {command} --help";
        var messages = parsed.Errors.Select(error => error.Message).Where(message => message != "Required command was not provided.")
            .DefaultIfEmpty("There is no command.")
            .Select(InWords)
            .Concat(Corrections(parsed))
            .Append($"See: {help}");
        return new UsageException(string.Join('\n', messages));
    }

    private static string InWords(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries);
        var text = lines[0] + (lines.Length > 1 ? " " + string.Join(", ", lines[1..].Select(line => line.Trim('\''))) : "");
        return Whole().Replace(Number().Replace(text, "as a number."), "as a whole number in its range.");
    }

    // The parser's own search for similar names, which it can only print: a sentence, then a name a line.
    private static IEnumerable<string> Corrections(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count == 0)
            return [];

        if (parsed.Action is ParseErrorAction action)
            action.ShowHelp = false;

        using var text = new StringWriter();
        parsed.Invoke(new InvocationConfiguration { Output = text, Error = TextWriter.Null });
        var names = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.Contains(' ')).Distinct().ToArray();
        return names.Length == 0 ? [] : [$"Did you mean {string.Join(" or ", names)}?"];
    }

    [GeneratedRegex(@"as expected type '[^']*Double[^']*'\.")]
    private static partial Regex Number();

    [GeneratedRegex(@"as expected type '[^']*U?Int(32|64)[^']*'\.")]
    private static partial Regex Whole();
}
