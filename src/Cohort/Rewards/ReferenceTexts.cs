using System.Text.Json;
using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>What a completion is compared with word by word: the reference, or a field of the row with one text or several.</summary>
internal static class ReferenceTexts
{
    /// <summary>Characters of the longest text that is compared; a longer reference is no reference, a longer answer scores 0.</summary>
    public const int Longest = 65_536;

    /// <summary>The texts that a problem gives; none where it has no such field, or no text in it.</summary>
    /// <param name="problem">The problem; trusted.</param>
    /// <param name="field">A field of the problem's row; empty for its reference.</param>
    public static IEnumerable<string> Of(Problem problem, string field)
    {
        if (field == "")
            return [problem.Reference];
        if (!problem.Fields.TryGetValue(field, out var value))
            return [];

        JsonElement[] values = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return values.Where(text => text.ValueKind == JsonValueKind.String).Select(text => text.GetString() ?? "");
    }

    /// <summary>That there is nothing to compare a completion with.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="field">A field of the problem's row; empty for its reference.</param>
    /// <param name="words">How many words in a row a text must have.</param>
    public static Score Missing(Problem problem, string field, int words) => Score.None(
        $"{(field == "" ? "the reference" : $"field \"{field}\"")} of problem {problem.Id} has no text of at least {words} words "
        + $"and at most {Longest} characters");
}
