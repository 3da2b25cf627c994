namespace Cohort.Tokenization;

/// <summary>A text cannot be encoded, or a folder's tokenizer cannot be read. The message says what was found and the remedy.</summary>
public sealed class TokenizationException : Exception
{
    internal TokenizationException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
