using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// The F1 of <see cref="Rouge"/> in [0, 1] against the reference, or the best of those against the texts of a field (Lin 2004, section 2.1); parts
/// "precision" and "recall". An answer of more than 65,536 characters scores 0. No score where there is no reference with words enough.
/// </summary>
/// <param name="variant">What is counted.</param>
/// <param name="field">A field of the problem's row with a text or a list of texts; empty for the reference.</param>
public sealed class RougeReward(RougeVariant variant = RougeVariant.RougeL, string field = "") : TextReward
{
    /// <inheritdoc/>
    public override string Name => "rouge";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        var least = Rouge.LeastWords(variant);
        string[] references = [.. ReferenceTexts.Of(problem, field).Where(text => text.Length <= ReferenceTexts.Longest && Rouge.Words(text).Count >= least)];
        if (references.Length == 0)
            return ReferenceTexts.Missing(problem, field, least);

        var given = answer.Length > ReferenceTexts.Longest ? "" : answer;
        var best = references.Select(reference => Rouge.Compare(given, reference, variant)).MaxBy(rouge => rouge.F1);
        return Score.Of(best.F1, ("precision", best.Precision), ("recall", best.Recall));
    }
}
