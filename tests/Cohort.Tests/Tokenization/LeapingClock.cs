namespace Cohort.Tests.Tokenization;

/// <summary>A clock on which 15 seconds go by between two looks.</summary>
internal sealed class LeapingClock : TimeProvider
{
    private long _looks;

    public override long GetTimestamp() => 15 * TimestampFrequency * _looks++;
}
