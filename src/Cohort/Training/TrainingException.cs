namespace Cohort.Training;

/// <summary>
/// A run that cannot go on, said in one message: what, the numbers, the rule, the remedy. Finished steps are safe on disk.
/// </summary>
public sealed class TrainingException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What, the numbers, the rule, the remedy.</param>
    public TrainingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What, the numbers, the rule, the remedy.</param>
    /// <param name="cause">What was caught.</param>
    public TrainingException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

/// <summary>A loss or gradient that is not finite. The weights are as they were.</summary>
/// <param name="tensor">The first bad tensor's name.</param>
public sealed class NonFiniteException(string tensor) : Exception($"{tensor} is not finite.")
{
    /// <summary>The first bad tensor's name.</summary>
    public string TensorName { get; } = tensor;
}
