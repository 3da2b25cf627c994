using System.Text;
using System.Text.Json;
using Cohort.Data;
using Cohort.Rollouts;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>
/// Writes replay.jsonl: every completion of every step, dropped and greedy ones too, with what training on it again needs. It is a file of its own because
/// rollouts.jsonl is for reading: some prompts, as the batch has them, and no log-probabilities. The file is made with the first group that it is given.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="lastStep">The last step that is done; what follows it in the file is cut off.</param>
internal sealed class ReplayLog(string path, long lastStep) : IDisposable
{
    private readonly Lazy<LogFile> _file = new(() => new LogFile(path, File.Exists(path) ? LengthUpTo(path, lastStep) : 0));
    private readonly List<RecordedGroup> _groups = [];

    /// <summary>Takes groups of the step at hand, as they were sampled and scored.</summary>
    public void Add(SampleSeed seed, bool isGreedy, IEnumerable<ScoredGroup> groups) => _groups.AddRange(groups.Select((group, prompt) => new RecordedGroup(
        seed.Step, seed.FirstPrompt + prompt, isGreedy, group.Problem.Id, group.Completions, [.. group.Scores.Select(score => score.Verdicts)])));

    /// <summary>Forgets groups of a step that was given up.</summary>
    public void Clear() => _groups.Clear();

    /// <summary>Appends the groups of the step that was finished.</summary>
    /// <exception cref="IOException">A line cannot be written.</exception>
    public void Write()
    {
        foreach (var group in _groups)
            _file.Value.Append(group.Write);

        _groups.Clear();
    }

    /// <summary>Waits until every line is on the disk.</summary>
    public void Flush()
    {
        if (_file.IsValueCreated)
            _file.Value.Flush();
    }

    public void Dispose()
    {
        if (_file.IsValueCreated)
            _file.Value.Dispose();
    }

    // Each line begins with its step; one that was torn off, or is none, ends what is kept.
    private static long LengthUpTo(string path, long step)
    {
        var length = 0L;
        foreach (var line in File.ReadLines(path))
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(line[..Math.Min(line.Length, 64)]), isFinalBlock: false, state: default);
            if (!(reader.Read() && reader.Read() && reader.ValueTextEquals("step") && reader.Read() && reader.TryGetInt64(out var of) && of <= step))
                break;

            length += Encoding.UTF8.GetByteCount(line) + 1;
        }

        return length;
    }
}
