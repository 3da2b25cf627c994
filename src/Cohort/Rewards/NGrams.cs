namespace Cohort.Rewards;

/// <summary>How many of a candidate's n-grams a reference has, each as often as the reference has it at most ("clipped").</summary>
/// <param name="Matched">Those that match.</param>
/// <param name="Total">Those of the candidate.</param>
public readonly record struct NGramMatches(int Matched, int Total);

/// <summary>Runs of up to four words, counted.</summary>
internal static class NGrams
{
    /// <summary>The longest run.</summary>
    public const int LargestOrder = 4;

    /// <summary>Numbers for the words of texts that are compared with each other: equal words have equal numbers, from 0.</summary>
    /// <param name="words">The words of each text.</param>
    public static int[][] Number(IEnumerable<IReadOnlyList<string>> words)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. words.Select(text => text.Select(Number).ToArray())];

        int Number(string word)
        {
            if (!numbers.TryGetValue(word, out var number))
                numbers[word] = number = numbers.Count;
            return number;
        }
    }

    /// <summary>Each run of a length with how often it stands in a text.</summary>
    /// <param name="words">The text's words as numbers.</param>
    /// <param name="order">Words of a run, 1 to <see cref="LargestOrder"/>.</param>
    public static Dictionary<(int, int, int, int), int> Count(ReadOnlySpan<int> words, int order)
    {
        var counts = new Dictionary<(int, int, int, int), int>();
        for (var i = 0; i + order <= words.Length; i++)
        {
            var run = (words[i], order > 1 ? words[i + 1] : -1, order > 2 ? words[i + 2] : -1, order > 3 ? words[i + 3] : -1);
            counts[run] = counts.GetValueOrDefault(run) + 1;
        }

        return counts;
    }

    /// <summary>A candidate's runs that are in at least one of some references (Papineni et al. 2002, section 2.1.1).</summary>
    /// <param name="candidate">Words as numbers.</param>
    /// <param name="references">Words of each as numbers; a run counts as often as the one has it that has it most often.</param>
    /// <param name="order">Words of a run.</param>
    public static NGramMatches Match(int[] candidate, IReadOnlyList<int[]> references, int order)
    {
        var given = Count(candidate, order);
        var most = new Dictionary<(int, int, int, int), int>();
        foreach (var (run, count) in references.SelectMany(reference => Count(reference, order)))
            most[run] = Math.Max(count, most.GetValueOrDefault(run));
        return new(given.Sum(run => Math.Min(run.Value, most.GetValueOrDefault(run.Key))), Math.Max(0, candidate.Length - order + 1));
    }
}
