namespace Cohort.Data;

/// <summary>Finds rows that come again, or that contradict each other.</summary>
internal static class Repetitions
{
    /// <summary>What was passed over in reading the rows, how many repeat an earlier one, and how many prompts have different answers.</summary>
    /// <typeparam name="T">A row.</typeparam>
    /// <param name="rows">The rows.</param>
    /// <param name="key">A row's prompt and answer.</param>
    public static IReadOnlyList<string> Notices<T>(IReadOnlyList<T> rows, Func<T, (string Prompt, string Answer)> key)
    {
        var distinct = rows.Select(key).ToHashSet();
        var prompts = distinct.CountBy(row => row.Prompt).Count(prompt => prompt.Value > 1);
        List<string> notices = [.. (rows as FileRows<T>)?.Notices ?? []];
        if (distinct.Count < rows.Count)
        {
            notices.Add("Rows that repeat the prompt and the answer of an earlier one: "
                + $"{rows.Count - distinct.Count} of {rows.Count}; they count double in training.");
        }

        if (prompts > 0)
            notices.Add($"Prompts that come with different answers: {prompts}.");
        return notices;
    }
}
