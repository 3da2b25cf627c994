namespace Cohort.Tests.Tokenization;

/// <summary>The time at which tools/golden/jinja.py lets its clock stand.</summary>
internal sealed class FixedClock : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(2024, 7, 26, 9, 5, 3, TimeSpan.Zero);
}
