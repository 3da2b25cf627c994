namespace Cohort.Models;

/// <summary>A model folder that cannot be used, said in one message with its remedy.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What, the numbers, the rule, the remedy.</param>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What, the numbers, the rule, the remedy.</param>
    /// <param name="cause">What was caught.</param>
    public ModelException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
