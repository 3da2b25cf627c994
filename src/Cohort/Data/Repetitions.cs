namespace Cohort.Data;

/// <summary>Finds rows that come again, or that contradict each other.</summary>
internal static class Repetitions
{
    /// <summary>
    /// What was passed over in reading the rows, how many repeat an earlier one, and how many prompts have different answers; told by hashes of 64 bits each,
    /// 16 bytes a row.
    /// </summary>
    /// <typeparam name="T">A row.</typeparam>
    /// <param name="rows">The rows.</param>
    /// <param name="key">A row's prompt and answer.</param>
    public static IReadOnlyList<string> Notices<T>(IReadOnlyList<T> rows, Func<T, (string Prompt, string Answer)> key)
    {
        var keys = new (ulong Prompt, ulong Answer)[rows.Count];
        foreach (var (index, row) in rows.Index())
            keys[index] = key(row) is var (prompt, answer) ? (Splits.Hash(prompt), Splits.Hash(answer)) : default;
        Array.Sort(keys);

        var (repeats, prompts, answers) = (0, 0, 1);
        for (var i = 1; i < keys.Length; i++)
        {
            answers = keys[i].Prompt != keys[i - 1].Prompt ? 1 : keys[i] == keys[i - 1] ? answers : answers + 1;
            repeats += keys[i] == keys[i - 1] ? 1 : 0;
            prompts += answers == 2 && keys[i] != keys[i - 1] ? 1 : 0;
        }

        List<string> notices = [.. (rows as FileRows<T>)?.Notices ?? []];
        if (repeats > 0)
            notices.Add($"Rows that repeat the prompt and the answer of an earlier one: {repeats} of {rows.Count}; they count double in training.");
        if (prompts > 0)
            notices.Add($"Prompts that come with different answers: {prompts}.");
        return notices;
    }

    /// <summary>
    /// What was passed over in reading the pairs, how many repeat an earlier one, and how many come both ways round; told by hashes of 64 bits each.
    /// </summary>
    /// <param name="rows">The pairs.</param>
    public static IReadOnlyList<string> Notices(IReadOnlyList<Preference> rows)
    {
        var pairs = new HashSet<(ulong Prompt, ulong Chosen, ulong Rejected)>();
        foreach (var row in rows)
            pairs.Add((Splits.Hash(row.Problem.Prompt), Splits.Hash(row.Chosen), Splits.Hash(row.Rejected)));
        var swapped = pairs.Count(pair => pair.Chosen < pair.Rejected && pairs.Contains((pair.Prompt, pair.Rejected, pair.Chosen)));

        List<string> notices = [.. (rows as FileRows<Preference>)?.Notices ?? []];
        if (rows.Count > pairs.Count)
        {
            notices.Add(
                $"Rows that repeat the prompt and both completions of an earlier one: {rows.Count - pairs.Count} of {rows.Count}; they count double in "
                + "training.");
        }

        if (swapped > 0)
            notices.Add($"Pairs that come both ways round, which contradict each other: {swapped}; keep one row of each.");
        return notices;
    }
}
