using Cohort.Data.Tasks;
using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>
/// Preferences of a bundled task: a right answer before a wrong one that looks like it. Its held-out problems are those of <see cref="TaskProblems"/>.
/// </summary>
/// <param name="task">The task.</param>
/// <param name="seed">The run's seed; changes training preferences only.</param>
public sealed class TaskPreferences(BundledTask task, ulong seed) : DataSource<Preference>
{
    private readonly TaskProblems _problems = new(task, seed);

    /// <inheritdoc/>
    public override bool IsHeldOut => _problems.IsHeldOut;

    /// <inheritdoc/>
    public override long? TrainingCount => null;

    /// <inheritdoc/>
    public override Preference Training(long cursor)
    {
        var (problem, random) = TaskProblems.Draw(task, seed, Purpose.Preferences, cursor);
        return Of(problem, random);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Preference> HeldOut(Split split, int count) =>
        [.. _problems.HeldOut(split, count).Select((problem, index) => Of(problem, Seeds.Sequence(seed: 0, Purpose.Preferences, index, row: 1)))];

    private Preference Of(Problem problem, RandomSequence random) =>
        new(problem, task.Demonstrate(problem, random), task.Distract(problem, random));
}
