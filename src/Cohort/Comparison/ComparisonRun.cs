using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>How a job of a comparison ended.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">How.</param>
/// <param name="Message">Why it failed; else empty.</param>
public sealed record JobEnd(ComparisonJob Job, JobState State, string Message = "");

/// <summary>How far a job is.</summary>
public enum JobState
{
    /// <summary>It is finished.</summary>
    Finished,

    /// <summary>It was stopped, with a checkpoint, or not begun.</summary>
    Stopped,

    /// <summary>It failed; going on with the comparison tries it again.</summary>
    Failed,
}

/// <summary>Runs a comparison: bases first, then runs, at last probes of cost one by one. What is finished already is left alone.</summary>
/// <param name="folder">The comparison's.</param>
/// <param name="plan">Its plan.</param>
/// <param name="jobs">Jobs side by side, at least 1.</param>
/// <param name="start">
/// Does one job and waits for its end, as <see cref="ComparisonJob.Do"/> in a process of its own does; called from several threads at once where
/// <paramref name="jobs"/> is above 1.
/// </param>
public sealed class ComparisonRun(ComparisonFolder folder, ComparisonPlan plan, int jobs, Func<ComparisonJob, CancellationToken, JobEnd> start)
{
    /// <summary>Runs all that is left. A job that fails does not stop the others.</summary>
    /// <param name="report">Told of each job that ended here, one at a time, with the jobs done and in all, those of former runs included.</param>
    /// <param name="cancel">Stops what runs with a checkpoint, and begins nothing more.</param>
    /// <returns>The jobs that ended here, those that failed among them.</returns>
    public IReadOnlyList<JobEnd> Run(Action<JobEnd, int, int> report, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(jobs, 1);
        var (bases, runs) = (plan.Bases, plan.Runs);
        var progress = new JobProgress(bases.Count + runs.Count, bases.Concat(runs).Count(IsFinished), report);
        Do(bases, jobs, progress, cancel);
        Do(runs, jobs, progress, cancel);
        if (runs.All(IsFinished))
        {
            var all = folder.Probes(plan);
            var probes = all.All(IsFinished) ? all : CostProbes.Fitting(all);
            progress.Expect(probes.Count, probes.Count(IsFinished));
            Do(probes, 1, progress, cancel);
        }

        return progress.Ends;
    }

    private bool IsFinished(ComparisonJob job) => folder.IsFinished(job.Path);

    private void Do(IReadOnlyList<ComparisonJob> wanted, int sideBySide, JobProgress progress, CancellationToken cancel)
    {
        var queue = Partitioner.Create(wanted.Where(job => !IsFinished(job)).ToArray(), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(queue, new ParallelOptions { MaxDegreeOfParallelism = sideBySide }, job =>
            {
                if (!cancel.IsCancellationRequested)
                    progress.Add(Checked(job, cancel));
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    // The run of a seed whose base failed cannot begin; the folder knows.
    private JobEnd Checked(ComparisonJob job, CancellationToken cancel)
    {
        try
        {
            return start(folder.Job(plan, job.Path), cancel);
        }
        catch (TrainingException error)
        {
            return new(job, JobState.Failed, error.Message);
        }
    }

    private sealed class JobProgress(int total, int done, Action<JobEnd, int, int> report)
    {
        private readonly Lock _one = new();
        private readonly List<JobEnd> _ends = [];
        private int _total = total, _done = done;

        public IReadOnlyList<JobEnd> Ends => _ends;

        public void Expect(int more, int finished) => (_total, _done) = (_total + more, _done + finished);

        public void Add(JobEnd end)
        {
            lock (_one)
            {
                _ends.Add(end);
                _done += end.State == JobState.Finished ? 1 : 0;
                report(end, _done, _total);
            }
        }
    }
}
