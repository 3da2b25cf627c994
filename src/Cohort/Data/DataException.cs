namespace Cohort.Data;

/// <summary>The user's data cannot be used. The message says what is wrong, where, what the rule is, and what to do.</summary>
public sealed class DataException : Exception
{
    /// <summary>An error without a message of its own.</summary>
    public DataException()
    {
    }

    /// <summary>An error in the data.</summary>
    /// <param name="message">What, where, the rule, and the remedy.</param>
    public DataException(string message)
        : base(message)
    {
    }

    /// <summary>An error in the data that another error showed.</summary>
    /// <param name="message">What, where, the rule, and the remedy.</param>
    /// <param name="innerException">The other error.</param>
    public DataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
