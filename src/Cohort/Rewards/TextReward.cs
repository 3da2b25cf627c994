using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>A bounded reward that looks at the answer's text alone.</summary>
public abstract class TextReward : BoundedReward
{
    private protected TextReward()
    {
    }

    /// <summary>Judges an answer.</summary>
    /// <param name="problem">The problem; trusted.</param>
    /// <param name="answer">Model-written text of any length and content.</param>
    public abstract Score Judge(Problem problem, string answer);

    /// <inheritdoc/>
    public sealed override Score Judge(Problem problem, Completion completion) => Judge(problem, completion.Text);
}
