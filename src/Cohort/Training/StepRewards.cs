using Cohort.Data;

namespace Cohort.Training;

/// <summary>Where in a response its score is earned: u_t of the seed, sparse (all at the end) or shaped.</summary>
internal static class StepRewards
{
    /// <summary>u_t per response token: the score's steps, and what they leave of the total on the last token.</summary>
    public static IReadOnlyList<float> Along(Completion completion, Score score)
    {
        var rewards = new float[completion.ResponseTokens.Count];
        if (score is Scored scored)
        {
            foreach (var step in scored.Steps)
            {
                rewards[step.Token] += (float)step.Value;
            }

            rewards[^1] += (float)(scored.Total - scored.Steps.Sum(step => step.Value));
        }

        return rewards;
    }

    /// <summary>1 at the tokens that end a step; the last token is one where the score has no steps, or where they leave something of it.</summary>
    public static IReadOnlyList<float> Ends(Completion completion, Score score)
    {
        var ends = new float[completion.ResponseTokens.Count];
        var steps = score is Scored scored ? scored.Steps : [];
        foreach (var step in steps)
        {
            ends[step.Token] = 1;
        }

        var rest = score is Scored { Total: var total } ? total - steps.Sum(step => step.Value) : 0;
        ends[^1] = steps.Count == 0 || Math.Abs(rest) > 1e-9 ? 1 : ends[^1];
        return ends;
    }
}
