using System.Globalization;

namespace Cohort.Training;

/// <summary>A clock that stands at noon of one day, for chat templates that write the date.</summary>
internal sealed class NoonClock : TimeProvider
{
    private readonly DateTimeOffset _noon;

    private NoonClock(DateTimeOffset noon) => _noon = noon;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The clock of a day as yyyy-MM-dd; the system's where it is empty.</summary>
    public static TimeProvider Of(string day) => day == "" ? System
        : new NoonClock(new(DateOnly.ParseExact(day, DataOptions.DayFormat, CultureInfo.InvariantCulture), new TimeOnly(12, 0), TimeSpan.Zero));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _noon;
}
