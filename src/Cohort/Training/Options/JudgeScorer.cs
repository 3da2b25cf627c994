using System.Text;
using Cohort.Rewards;

namespace Cohort.Training;

/// <summary>
/// A language model behind an OpenAI-compatible address that gives each completion a verdict on a scale, which becomes a score in [0, 1]. Its verdicts are
/// kept in the run directory, so that a run that goes on has the same ones.
/// </summary>
public sealed record JudgeScorer : RewardOptions
{
    private const int LongestTemplate = 1 << 20;

    /// <summary>A judge with time for its retries.</summary>
    public JudgeScorer() => DeadlineSeconds = 90;

    /// <summary>What stands before /chat/completions, as in http://127.0.0.1:8000/v1. Redirects are not followed.</summary>
    public string Url { get; init; } = "";

    /// <summary>The model's name there.</summary>
    public string Model { get; init; } = "";

    /// <summary>The name of an environment variable with the key; empty for none. The key itself is in no file of the run.</summary>
    public string KeyVariable { get; init; } = "";

    /// <summary>What is judged, and what makes a verdict high or low.</summary>
    public string Rubric { get; init; } = JudgePrompt.DefaultRubric;

    /// <summary>
    /// A text file, relative to the run file, with {completion}, and at will {prompt}, {reference}, {rubric}, {lowest} and {highest}; empty for our own. How
    /// the verdict is to be written is told besides.
    /// </summary>
    public string Template { get; init; } = "";

    /// <summary>The verdict that is score 0.</summary>
    public double Lowest
    {
        get;
        init => field = value is >= -JudgeVerdict.Largest and <= JudgeVerdict.Largest ? value
            : throw new ArgumentOutOfRangeException(nameof(Lowest), value, "Lowest must lie in [-1000000, 1000000].");
    }

    /// <summary>The verdict that is score 1.</summary>
    public double Highest
    {
        get;
        init => field = value is >= -JudgeVerdict.Largest and <= JudgeVerdict.Largest ? value
            : throw new ArgumentOutOfRangeException(nameof(Highest), value, "Highest must lie in [-1000000, 1000000].");
    } = 10;

    /// <summary>How often it is asked again when a reply is late, broken or without a clear verdict, or the server is too busy.</summary>
    public int Retries
    {
        get;
        init => field = value is >= 0 and <= 20 ? value
            : throw new ArgumentOutOfRangeException(nameof(Retries), value, "Retries must lie in [0, 20].");
    } = 2;

    /// <summary>Seconds for one reply; the deadline holds for all replies and the pauses between them: 1 second, 2, 4, and so on.</summary>
    public double ReplySeconds
    {
        get;
        init => field = value is > 0 and <= 3600 ? value
            : throw new ArgumentOutOfRangeException(nameof(ReplySeconds), value, "ReplySeconds must lie in (0, 3600].");
    } = 25;

    /// <summary>The longest reply in tokens of the judge.</summary>
    public int MaxOutputTokens
    {
        get;
        init => field = value is >= 16 and <= 32768 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxOutputTokens), value, "MaxOutputTokens must lie in [16, 32768].");
    } = 512;

    /// <summary>Temperature of the judge's sampling; 0 for its likeliest reply.</summary>
    public double Temperature
    {
        get;
        init => field = value is >= 0 and <= 2 ? value
            : throw new ArgumentOutOfRangeException(nameof(Temperature), value, "Temperature must lie in [0, 2].");
    }

    /// <summary>How many completions are judged at once.</summary>
    public int Concurrency
    {
        get;
        init => field = value is >= 1 and <= 256 ? value
            : throw new ArgumentOutOfRangeException(nameof(Concurrency), value, "Concurrency must lie in [1, 256].");
    } = 8;

    internal override bool IsGraded => true;

    internal override IEnumerable<string> Files => Template == "" ? [] : [Template];

    internal override RewardOptions WithPaths(Func<string, string> resolve) => this with { Template = resolve(Template) };

    internal override IEnumerable<string> Problems(string path)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            yield return $"{path}.url is \"{Url}\"; it must be an address that begins with http:// or https://, as in http://127.0.0.1:8000/v1.";
        else if (address.UserInfo != "")
            yield return $"{path}.url has a user name or a password in it; name the environment variable with a key in {path}.keyVariable.";
        if (Model == "")
            yield return $"{path}.model is missing: name the model that judges, as the server calls it.";
        if (Lowest >= Highest)
            yield return $"{path}.lowest is {Lowest} and {path}.highest is {Highest}; a scale goes upwards, as from 0 to 10.";
        if (ReplySeconds > DeadlineSeconds)
        {
            yield return $"{path}.replySeconds is {ReplySeconds}, but {path}.deadlineSeconds = {DeadlineSeconds} ends a call before a reply can be late; "
                + "lower the one or raise the other.";
        }
    }

    /// <summary>The reward.</summary>
    /// <exception cref="TrainingException">There is no such variable, its value cannot be sent, or a file is not as it must be.</exception>
    internal JudgeReward Open(RewardSetting setting)
    {
        var prompt = Prompt(setting.Path);
        var key = KeyVariable == "" ? "" : Environment.GetEnvironmentVariable(KeyVariable);
        if (key is null)
        {
            throw new TrainingException(
                $"{setting.Path}.keyVariable is \"{KeyVariable}\", but there is no such environment variable; set it to the judge's key.");
        }

        var cache = setting.Folder == "" ? "" : Path.Combine(setting.Folder, "judge", $"{(setting.Name == "" ? "reward" : setting.Name)}.jsonl");
        var calls = new JudgeCalls
        {
            Retries = Retries,
            ReplyTime = TimeSpan.FromSeconds(ReplySeconds),
            Temperature = (float)Temperature,
            MaxOutputTokens = MaxOutputTokens,
            Concurrency = Concurrency,
        };
        JudgeEndpoint? client = null;
        try
        {
            client = new JudgeEndpoint(new Uri(Url), Model, key);
            return new JudgeReward(client, prompt, calls, cache);
        }
        catch (FormatException error)
        {
            throw new TrainingException($"The environment variable {KeyVariable} has characters that no key has; set it to the key alone.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            client?.Dispose();
            throw new TrainingException($"The judge's verdicts in {cache} cannot be read and written: {error.Message}", error);
        }
    }

    private JudgePrompt Prompt(string path)
    {
        try
        {
            return new JudgePrompt(Rubric, Template == "" ? JudgePrompt.DefaultTemplate : Read(Template), Lowest, Highest);
        }
        catch (ArgumentException error)
        {
            throw new TrainingException($"{path}.template is {Template}, which is no template of a judge: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{path}.template cannot be read: {error.Message} Name a text file with {{completion}} in it.", error);
        }
    }

    private static string Read(string path) => new FileInfo(path).Length <= LongestTemplate
        ? File.ReadAllText(path, Encoding.UTF8)
        : throw new IOException($"'{path}' has more than {LongestTemplate} bytes.");
}
