using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>
/// Sentence <see cref="Bleu"/> of the answer in [0, 1] against the reference, or against the texts of a field; part "brevity": the brevity penalty. An
/// answer of more than 65,536 characters scores 0. No score where there is no reference with a word.
/// </summary>
/// <param name="field">A field of the problem's row with a text or a list of texts; empty for the reference.</param>
public sealed class BleuReward(string field = "") : TextReward
{
    /// <inheritdoc/>
    public override string Name => "bleu";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        string[] references = [.. ReferenceTexts.Of(problem, field).Where(text => text.Length <= ReferenceTexts.Longest && Bleu.Words(text).Count > 0)];
        if (references.Length == 0)
            return ReferenceTexts.Missing(problem, field, words: 1);

        var bleu = Bleu.Compare(answer.Length > ReferenceTexts.Longest ? "" : answer, references);
        return Score.Of(bleu.Value, ("brevity", bleu.BrevityPenalty));
    }
}
