using System.Text.Json;
using Cohort.Data;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>Problems of training in the order of their numbers, without some of those that have nothing to teach.</summary>
/// <param name="source">The problems.</param>
/// <param name="options">How much is left out.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class Curriculum(DataSource<Problem> source, CurriculumOptions options, ulong seed)
{
    private const string FileName = "curriculum.json";

    // So many left out in a row, and the next one is taken whatever is known of it.
    private const int Patience = 1000;

    // By a problem's id, how many times in a row its pass rate was 0 or 1 and all its scores were equal.
    private readonly SortedDictionary<string, int> _settled = new(StringComparer.Ordinal);

    /// <summary>How many problems are sampled less now.</summary>
    public int Settled => _settled.Values.Count(times => times >= options.After);

    /// <summary>Takes problems.</summary>
    /// <param name="cursor">The number of the first candidate; on return that of the first one after them.</param>
    /// <param name="count">How many.</param>
    public Problem[] Take(ref long cursor, int count)
    {
        var taken = new Problem[count];
        for (var i = 0; i < count; i++)
        {
            taken[i] = source.Training(cursor);
            for (var left = 0; left < Patience && IsLeftOut(taken[i], cursor); left++)
                taken[i] = source.Training(++cursor);

            cursor++;
        }

        return taken;
    }

    /// <summary>Takes note of how a step's problems went; what has no score says nothing.</summary>
    public void Note(IEnumerable<ScoredGroup> groups)
    {
        if (options.LeaveOut == 0)
            return;

        foreach (var (problem, _, scores) in groups)
        {
            var outcomes = scores.OfType<Scored>().Select(score => (score.Passes, score.Total)).ToArray();
            if (outcomes.Length == 0)
                continue;

            if (outcomes.All(outcome => outcome == outcomes[0]))
                _settled[problem.Id] = _settled.GetValueOrDefault(problem.Id) + 1;
            else
                _settled.Remove(problem.Id);
        }
    }

    /// <summary>Writes what is known of the problems into a checkpoint's folder.</summary>
    public void Save(string folder)
    {
        if (options.LeaveOut > 0)
            AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(_settled) + "\n");
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string folder)
    {
        if (options.LeaveOut == 0)
            return;

        _settled.Clear();
        foreach (var (problem, times) in JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(folder, FileName)))!)
            _settled[problem] = times;
    }

    private bool IsLeftOut(Problem problem, long cursor) =>
        _settled.GetValueOrDefault(problem.Id) >= options.After && Seeds.Uniform(seed, Purpose.Curriculum, cursor, row: 0, position: 0) < options.LeaveOut;
}
