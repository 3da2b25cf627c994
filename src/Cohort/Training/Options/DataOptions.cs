using System.Text.Json.Serialization;
using Cohort.Data;
using Cohort.Data.Tasks;

namespace Cohort.Training;

/// <summary>Where problems come from: a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TaskData), "task")]
[JsonDerivedType(typeof(FileData), "file")]
public abstract record DataOptions
{
    private protected DataOptions()
    {
    }

    /// <summary>When prompts are written with the model's chat template.</summary>
    public ChatUse Chat { get; init; }

    /// <summary>A system message for conversations that do not begin with one; empty for none.</summary>
    public string System { get; init; } = "";

    /// <summary>The day that strftime_now of a chat template reads, as yyyy-MM-dd, so that prompts stay the same; empty is the day the run starts.</summary>
    public string Today
    {
        get;
        init => field = value == "" || DateOnly.TryParseExact(value, DayFormat, out _) ? value
            : throw new ArgumentOutOfRangeException(nameof(Today), value, "Today must be a day as yyyy-MM-dd; empty is the day the run starts.");
    } = "";

    internal const string DayFormat = "yyyy-MM-dd";
}

/// <summary>A bundled task, which makes problems without end.</summary>
public sealed record TaskData : DataOptions
{
    /// <summary>Which task.</summary>
    public TaskName Task { get; init; }

    /// <summary>How large a problem is, in the task's own unit; 0 is the task's default.</summary>
    public int Size
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Size), value, "Size must lie in [0, 1000]; 0 is the task's default.");
    }

    /// <summary>For SFT: the share of demonstrations that show a wrong answer, for a base that is weak on purpose.</summary>
    public double Noise
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Noise), value, "Noise must lie in [0, 1).");
    }
}

/// <summary>
/// A JSONL file: problems with `prompt` (a text, or a list of messages) and `answer` for RL; pairs with `prompt` and `completion`, or conversations with
/// `messages`, for SFT; preferences with `prompt`, `chosen` and `rejected` for a reward model.
/// </summary>
public sealed record FileData : DataOptions
{
    /// <summary>The file; relative paths are relative to the run file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Which fields of a row are read as what, where they are not named as usual.</summary>
    public FieldNames Fields { get; init; } = new();

    /// <summary>Whether bad lines are left out and counted in a notice, instead of refused.</summary>
    public bool SkipBadLines { get; init; }

    /// <summary>What is done with a prompt that does not fit the model's context together with the longest completion.</summary>
    public LongPrompts LongPrompts { get; init; }
}
