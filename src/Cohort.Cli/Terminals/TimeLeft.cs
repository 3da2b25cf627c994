namespace Cohort.Cli.Terminals;

/// <summary>
/// How long a task will still take, by its pace since it was first heard of: what a resumed run had done before does not count.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class TimeLeft(TimeProvider time)
{
    private long _since;
    private double _from = double.NaN;
    private double _done;

    /// <summary>Takes the share that is done.</summary>
    /// <param name="done">In [0, 1].</param>
    public void Report(double done)
    {
        if (double.IsNaN(_from))
            (_from, _since) = (done, time.GetTimestamp());

        _done = done;
    }

    /// <summary>Such as "1:05 left"; empty while nobody can know.</summary>
    public override string ToString()
    {
        var gained = _done - _from;
        return gained > 0 ? $"{Numbers.Time(time.GetElapsedTime(_since) / gained * (1 - _done))} left" : "";
    }
}
