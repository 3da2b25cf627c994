using System.ComponentModel;
using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>
/// A program of the user's, in any language, that reads one line of JSON for each completion and answers with one, such as
/// <c>{"id": "that of the line", "score": 0.5}</c>. It is started without a shell and stays for the whole run.
/// </summary>
public sealed record ProgramScorer : RewardOptions
{
    /// <summary>The program and its arguments, as in <c>["python3", "score.py"]</c>.</summary>
    public StringList Command { get; init; } = [];

    /// <summary>The folder that the program runs in, relative to the run file.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>Processes that score at once, each one completion at a time.</summary>
    public int Workers
    {
        get;
        init => field = value is >= 1 and <= 64 ? value
            : throw new ArgumentOutOfRangeException(nameof(Workers), value, "Workers must lie in [1, 64].");
    } = 1;

    /// <summary>
    /// Seconds that a process has to start and to give its first answer: a call whose deadline comes sooner waits until then. 0 for none; raise it for a
    /// program that loads a model.
    /// </summary>
    public double StartSeconds
    {
        get;
        init => field = value is >= 0 and <= 3600 ? value
            : throw new ArgumentOutOfRangeException(nameof(StartSeconds), value, "StartSeconds must lie in [0, 3600].");
    } = 30;

    /// <summary>Whether requests have the text of each token, for rewards within a response.</summary>
    public bool Pieces { get; init; }

    internal override RewardOptions WithPaths(Func<string, string> resolve) => this with { Folder = resolve(Folder) };

    internal override IEnumerable<string> Problems(string path)
    {
        if (Command.Count == 0)
            yield return $"{path}.command is empty; name a program and its arguments, as in [\"python3\", \"score.py\"].";
        if (Folder == "")
            yield return $"{path}.folder is empty; name a folder, \".\" for the run file's own.";
    }

    /// <summary>The reward; its processes are started.</summary>
    /// <exception cref="TrainingException">It cannot be started.</exception>
    internal ProgramReward Open(RewardSetting setting)
    {
        try
        {
            return new ProgramReward(Command, Folder, Workers, Pieces ? setting.Prompts.Tokenizer : null)
            {
                StartTime = TimeSpan.FromSeconds(StartSeconds),
            };
        }
        catch (Win32Exception error)
        {
            throw new TrainingException(
                $"The reward's program {Command[0]} cannot be started in {Folder}: {error.Message}. Set {setting.Path}.command to a program that is there.",
                error);
        }
    }
}

/// <summary>A server of the user's that is sent one POST of JSON for each completion, and answers as a <see cref="ProgramScorer"/> does.</summary>
public sealed record HttpScorer : RewardOptions
{
    /// <summary>Where to post; begins with http:// or https://. No redirect is followed and no proxy is asked.</summary>
    public string Url { get; init; } = "";

    /// <summary>The name of an environment variable with a bearer token; empty for none. The token itself is in no file of the run.</summary>
    public string TokenVariable { get; init; } = "";

    /// <summary>Whether requests have the text of each token, for rewards within a response.</summary>
    public bool Pieces { get; init; }

    internal override IEnumerable<string> Problems(string path)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            yield return $"{path}.url is \"{Url}\"; it must be an address that begins with http:// or https://.";
        else if (address.UserInfo != "")
            yield return $"{path}.url has a user name or a password in it; name the environment variable with a token in {path}.tokenVariable.";
    }

    /// <summary>The reward.</summary>
    /// <exception cref="TrainingException">There is no such variable, or its value cannot be sent.</exception>
    internal HttpReward Open(RewardSetting setting)
    {
        var token = TokenVariable == "" ? "" : Environment.GetEnvironmentVariable(TokenVariable);
        if (token is null)
        {
            throw new TrainingException(
                $"{setting.Path}.tokenVariable is \"{TokenVariable}\", but there is no such environment variable; set it to the token.");
        }

        try
        {
            return new HttpReward(new Uri(Url), token, Pieces ? setting.Prompts.Tokenizer : null);
        }
        catch (FormatException error)
        {
            throw new TrainingException($"The environment variable {TokenVariable} has characters that no token has; set it to the token alone.", error);
        }
    }
}
