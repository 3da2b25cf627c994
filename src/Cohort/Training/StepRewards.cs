using Cohort.Data;

namespace Cohort.Training;

/// <summary>Where in a response its score is earned: u_t of the seed, shaped along the response, or sparse, all of it at the end.</summary>
internal static class StepRewards
{
    // Below this a rest is the rounding of a sum.
    private const double SmallestRest = 1e-9;

    /// <summary>The rewards of the score's steps, per response token; 0 elsewhere.</summary>
    public static IReadOnlyList<float> Along(Completion completion, Score score)
    {
        var rewards = new float[completion.ResponseTokens.Count];
        foreach (var step in Steps(score))
        {
            rewards[step.Token] += (float)step.Value;
        }

        return rewards;
    }

    /// <summary>What the steps leave of the total: earned at the last token. 0 without a score.</summary>
    public static double Rest(Score score) => score is Scored scored ? scored.Total - scored.Steps.Sum(step => step.Value) : 0;

    /// <summary>1 at the tokens that end a step, and at the last token where the score has no steps or they leave something of it; else 0.</summary>
    public static IReadOnlyList<float> Ends(Completion completion, Score score)
    {
        var ends = new float[completion.ResponseTokens.Count];
        var steps = Steps(score);
        foreach (var step in steps)
        {
            ends[step.Token] = 1;
        }

        ends[^1] = steps.Count == 0 || Math.Abs(Rest(score)) > SmallestRest ? 1 : ends[^1];
        return ends;
    }

    private static IReadOnlyList<StepReward> Steps(Score score) => score is Scored scored ? scored.Steps : [];
}
