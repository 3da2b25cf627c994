using System.Globalization;
using Cohort.Cli.Terminals;
using Cohort.Comparison;
using Cohort.Telemetry;

namespace Cohort.Cli.Commands;

/// <summary>Shows a comparison while it runs: a line per job that ended, with its result and the time that is left.</summary>
/// <param name="folder">The comparison's.</param>
/// <param name="plan">Its plan.</param>
/// <param name="view">Where.</param>
/// <param name="time">The clock.</param>
internal sealed class CompareProgress(ComparisonFolder folder, ComparisonPlan plan, ProgressView view, TimeProvider time)
{
    private readonly long _since = time.GetTimestamp();
    private int _here;

    /// <summary>Takes a job that ended.</summary>
    /// <param name="end">The job.</param>
    /// <param name="done">Jobs that are finished, those of former runs included.</param>
    /// <param name="total">Jobs in all.</param>
    public void Report(JobEnd end, int done, int total)
    {
        _here += end.State == JobState.Finished ? 1 : 0;
        view.Advance((double)done / total);
        view.Keep($"{end.Job.Path}: {Result(end)}", $"{done} of {total}{Left(total - done)}{Cost()}");
    }

    private string Left(int rest) => _here == 0 || rest == 0 ? "" : $", {Numbers.Time(time.GetElapsedTime(_since) / _here * rest)} left";

    private string Cost()
    {
        var time = ProcessorTime.Of(plan, folder);
        return double.IsFinite(time.Total) ? $", about {Numbers.ProcessorTime(time.Total)} in all" : "";
    }

    private string Result(JobEnd end)
    {
        if (end.State != JobState.Finished)
            return end.State == JobState.Stopped ? "stopped" : $"failed: {end.Message}";

        if (plan.Cells.FirstOrDefault(cell => cell.Path == end.Job.Path) is not { } cell)
            return "finished";

        var run = folder.Load(cell);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"pass@1 {Numbers.Percent(FinalPass(run))}, {run.Steps[^1].Step} steps, {run.Steps[^1][MetricNames.TotalSampledTokens]:#,0} tokens");
    }

    // On the held-out problems of the curve; NaN where none was measured.
    private static double FinalPass(CellRun run) =>
        run.Steps.Select(step => step[MetricNames.HeldOutPass]).LastOrDefault(double.IsFinite, double.NaN);
}
