using Cohort.Data.Tasks;
using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>Problems that a bundled task generates: for training by the run's seed, held out the same for every run.</summary>
/// <param name="task">The task.</param>
/// <param name="seed">The run's seed; changes training problems only.</param>
public sealed class TaskProblems(BundledTask task, ulong seed) : DataSource<Problem>
{
    private const ulong HeldOutSeed = 0x436F686F7274;
    private const int TrainingAttempts = 1_000;
    private const int HeldOutPatience = 20_000;

    /// <inheritdoc/>
    public override bool IsHeldOut => true;

    /// <inheritdoc/>
    public override long? TrainingCount => null;

    /// <inheritdoc/>
    public override Problem Training(long cursor) => Draw(task, seed, Purpose.TrainingProblems, cursor).Problem;

    /// <inheritdoc/>
    public override IReadOnlyList<Problem> HeldOut(Split split, int count)
    {
        ListSource.RequireHeldOut(split, count);
        var problems = new List<Problem>();
        var prompts = new HashSet<string>();

        // A small task runs out of new problems; then the draws since the last new one reach the limit.
        for (long attempt = 0, lastNew = 0; problems.Count < count && attempt - lastNew < HeldOutPatience; attempt++)
        {
            var problem = task.Generate(Seeds.Sequence(HeldOutSeed, Purpose.HeldOutProblems, attempt, row: 0));
            if (Splits.Of(problem.Prompt) != split || !prompts.Add(problem.Prompt))
                continue;

            problems.Add(problem);
            lastNew = attempt;
        }

        return problems;
    }

    /// <summary>Draws a problem of the training split, with the rest of its random numbers; every attempt has numbers of its own.</summary>
    internal static (Problem Problem, RandomSequence Random) Draw(BundledTask task, ulong seed, Purpose purpose, long cursor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cursor);
        for (var attempt = 0; attempt < TrainingAttempts; attempt++)
        {
            var random = Seeds.Sequence(seed, purpose, cursor, attempt);
            var problem = task.Generate(random);
            if (Splits.Of(problem.Prompt) == Split.Train)
                return (problem, random);
        }

        throw new InvalidOperationException(
            $"{TrainingAttempts} problems of the task {task.Name} with {task.Size} {task.SizeUnit} held none for training; "
            + "use a larger size.");
    }
}
