using Cohort.Data.Tasks;
using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>Demonstrations of a bundled task. Its held-out problems are those of <see cref="TaskProblems"/>.</summary>
public sealed class TaskDemonstrations : DataSource<Demonstration>
{
    private readonly BundledTask _task;
    private readonly ulong _seed;
    private readonly double _noise;
    private readonly TaskProblems _problems;

    /// <summary>Demonstrations of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="seed">The run's seed; changes training demonstrations only.</param>
    /// <param name="noise">
    /// The share, in [0, 1), of training demonstrations that show a wrong but well-formed answer: for a weak start on purpose, from which
    /// reinforcement learning has something to improve. Held-out demonstrations are always right.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The noise is outside [0, 1).</exception>
    public TaskDemonstrations(BundledTask task, ulong seed, double noise = 0)
    {
        if (noise is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(noise), noise, "The share of wrong demonstrations must lie in [0, 1).");

        (_task, _seed, _noise, _problems) = (task, seed, noise, new TaskProblems(task, seed));
    }

    /// <inheritdoc/>
    public override bool IsHeldOut => _problems.IsHeldOut;

    /// <inheritdoc/>
    public override long? TrainingCount => null;

    /// <inheritdoc/>
    public override Demonstration Training(long cursor)
    {
        var (problem, random) = TaskProblems.Draw(_task, _seed, Purpose.Demonstrations, cursor);
        var isWrong = random.NextDouble() < _noise;
        return new Demonstration(problem, isWrong ? _task.Distract(problem, random) : _task.Demonstrate(problem, random));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Demonstration> HeldOut(Split split, int count) =>
        [.. _problems.HeldOut(split, count).Select((problem, index) => new Demonstration(problem, Show(problem, index)))];

    // The seed 0 for every run, as the held-out problems are the same for every run.
    private string Show(Problem problem, int index) =>
        _task.Demonstrate(problem, Seeds.Sequence(seed: 0, Purpose.HeldOutProblems, index, row: 1));
}
