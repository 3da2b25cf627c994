namespace Cohort.Comparison;

/// <summary>What a comparison costs, in processor seconds of its bases and runs, measurements included; probes of cost are not in it.</summary>
/// <param name="Spent">Of what is finished; NaN where that is not known of all.</param>
/// <param name="Total">Of all: a contender's other seeds, or one of which none is finished, are taken to cost the mean. NaN before the first run.</param>
public sealed record ProcessorTime(double Spent, double Total)
{
    /// <summary>What is known by the jobs that are finished.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">The comparison's.</param>
    public static ProcessorTime Of(ComparisonPlan plan, ComparisonFolder folder)
    {
        var bases = Group(plan.Bases.Select(job => job.Path));
        var runs = plan.Cells.GroupBy(cell => cell with { Seed = 0 }, cell => cell.Path).Select(Group).ToArray();
        var mean = Finite.Mean(runs.Select(run => run.Mean));
        var total = (bases.Count == 0 ? 0 : bases.Count * bases.Mean) + runs.Sum(run => run.Count * (double.IsFinite(run.Mean) ? run.Mean : mean));
        return new(bases.Spent + runs.Sum(run => run.Spent), total);

        (int Count, double Spent, double Mean) Group(IEnumerable<string> paths)
        {
            var all = paths.ToArray();
            double[] finished = [.. all.Where(folder.IsFinished).Select(folder.ProcessorSeconds)];
            return (all.Length, finished.Sum(), Finite.Mean(finished));
        }
    }
}
