using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>
/// Problems of a list, such as a user's file: split by hash, shuffled anew every epoch. Fewer than 20 problems, or so few that a split
/// would be empty, are not split: all of them serve training, validation and test.
/// </summary>
/// <param name="problems">At least one problem.</param>
/// <param name="seed">The run's seed; changes the order of training only.</param>
/// <exception cref="ArgumentException">There are no problems.</exception>
public sealed class FileProblems(IReadOnlyList<Problem> problems, ulong seed) : ProblemSource
{
    private readonly SplitData<Problem> _data = new(problems, problem => problem, seed, Purpose.TrainingProblems);

    /// <inheritdoc/>
    public override bool IsHeldOut => _data.IsHeldOut;

    /// <inheritdoc/>
    public override long? TrainingCount => _data.TrainingCount;

    /// <inheritdoc/>
    public override Problem Training(long cursor) => _data.Training(cursor);

    /// <inheritdoc/>
    public override IReadOnlyList<Problem> HeldOut(Split split, int count) => _data.HeldOut(split, count);
}
