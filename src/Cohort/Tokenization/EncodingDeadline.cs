namespace Cohort.Tokenization;

/// <summary>
/// How long encoding one text may take: its regular expressions come with a downloaded folder and are not trusted, and what limits one match limits not
/// the sum of many. One per thread, as encoding is synchronous.
/// </summary>
internal sealed class EncodingDeadline
{
    /// <summary>The longest time for one text.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [ThreadStatic]
    private static EncodingDeadline? _current;

    private readonly TimeProvider _clock;
    private readonly long _start;

    private EncodingDeadline(TimeProvider clock) => (_clock, _start) = (clock, clock.GetTimestamp());

    /// <summary>The deadline of the text that is being encoded on this thread, else one that begins now.</summary>
    public static EncodingDeadline Current => _current ?? new(TimeProvider.System);

    /// <summary>What <paramref name="encode"/> gives, within the deadline.</summary>
    /// <param name="clock">Measures the time.</param>
    /// <param name="encode">Encodes one text.</param>
    public static T Within<T>(TimeProvider clock, Func<T> encode)
    {
        var outer = _current;
        _current = outer ?? new(clock);
        try
        {
            return encode();
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Requires that there is time left.</summary>
    /// <exception cref="TokenizationException">There is none.</exception>
    public void Check()
    {
        if (_clock.GetElapsedTime(_start) > Limit)
            throw new TokenizationException(
                $"The tokenizer's regular expressions took more than {Limit.TotalSeconds} s on one text; give shorter texts.");
    }
}
