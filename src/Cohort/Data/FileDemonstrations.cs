using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>Demonstrations of a list, such as a user's file; split and shuffled like <see cref="FileProblems"/>.</summary>
/// <param name="demonstrations">At least one demonstration.</param>
/// <param name="seed">The run's seed; changes the order of training only.</param>
/// <exception cref="ArgumentException">There are no demonstrations.</exception>
public sealed class FileDemonstrations(IReadOnlyList<Demonstration> demonstrations, ulong seed) : DemonstrationSource
{
    private readonly SplitData<Demonstration> _data = new(demonstrations, pair => pair.Problem, seed, Purpose.Demonstrations);

    /// <inheritdoc/>
    public override bool IsHeldOut => _data.IsHeldOut;

    /// <inheritdoc/>
    public override long? TrainingCount => _data.TrainingCount;

    /// <inheritdoc/>
    public override Demonstration Training(long cursor) => _data.Training(cursor);

    /// <inheritdoc/>
    public override IReadOnlyList<Demonstration> HeldOut(Split split, int count) => _data.HeldOut(split, count);
}
