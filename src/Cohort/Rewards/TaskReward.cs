using Cohort.Data;
using Cohort.Data.Tasks;

namespace Cohort.Rewards;

/// <summary>1 where a bundled task's verifier finds the answer right, else 0; parts "correct" and "format".</summary>
/// <param name="task">The task.</param>
public sealed class TaskReward(BundledTask task) : TextReward
{
    /// <summary>The task's name, as in run files.</summary>
    public override string Name => task.Id;

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer) => task.Verify(problem, answer);
}
