namespace Cohort.Training;

/// <summary>Finds the names that a misspelt one may stand for.</summary>
internal static class Nearest
{
    /// <summary>The known names that are nearest by edit distance, letter case aside; none where more than a third differs.</summary>
    public static IReadOnlyList<string> To(string name, IEnumerable<string> known)
    {
        var near = known.Select(k => (Name: k, Distance: Distance(name.ToUpperInvariant(), k.ToUpperInvariant())))
            .Where(k => k.Distance <= Math.Max(1, Math.Min(name.Length, k.Name.Length) / 3))
            .ToList();
        var least = near.Select(n => n.Distance).DefaultIfEmpty().Min();
        return [.. near.Where(n => n.Distance == least).Select(n => n.Name)];
    }

    /// <summary>How many letters must be put in, taken out or replaced (Levenshtein, 1966).</summary>
    public static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    /// <summary>Names as a phrase: a, b or c.</summary>
    public static string Or(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";
}
