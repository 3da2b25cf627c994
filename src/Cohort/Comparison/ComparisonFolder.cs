using System.Text.Json;
using Cohort.Checkpoints;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>
/// Where the files of a comparison lie: comparison.json, bases/seed-N, runs/TASK/ARM/CONTENDER/seed-N and probes/. A finished run has cell.json, which is
/// written last. Safe to use from several threads at once.
/// </summary>
/// <param name="root">The directory.</param>
public sealed class ComparisonFolder(string root)
{
    private const string FinishedFile = "cell.json", LockFile = "cell.lock";
    private const int MostNames = 8;

    /// <summary>The directory, as a full path.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The plan.</summary>
    public string PlanFile => Path.Combine(Root, "comparison.json");

    /// <summary>A run directory of the comparison, as a full path.</summary>
    /// <param name="path">Relative to the comparison's, with slashes.</param>
    public string PathOf(string path) => Path.GetFullPath(path, Root);

    /// <summary>Begins a comparison.</summary>
    /// <param name="plan">Its plan.</param>
    /// <exception cref="TrainingException">The directory holds a comparison or a run already.</exception>
    public void Begin(ComparisonPlan plan)
    {
        if (File.Exists(PlanFile) || new RunDirectory(Root).Exists)
        {
            throw new TrainingException(
                $"'{Root}' holds a {(File.Exists(PlanFile) ? "comparison" : "run")} already; go on with it by --resume, or name another directory. "
                + "Nothing was changed.");
        }

        Directory.CreateDirectory(Root);
        ComparisonPlanFile.Write(PlanFile, plan);
    }

    /// <summary>Whether a run is finished.</summary>
    /// <param name="path">Its directory, relative to the comparison's.</param>
    public bool IsFinished(string path) => File.Exists(Path.Combine(PathOf(path), FinishedFile));

    /// <summary>The probes of cost of a plan, as far as its runs are finished; none where it asks for none.</summary>
    /// <param name="plan">The plan.</param>
    public IReadOnlyList<ComparisonJob> Probes(ComparisonPlan plan) => plan.ProbesCost ? CostProbes.Of(plan, this) : [];

    /// <summary>The job of a directory.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="path">Such as runs/sort/controlled/ppo/seed-1, relative to the comparison's.</param>
    /// <exception cref="TrainingException">The plan has no such job, or the base that it starts from is not finished.</exception>
    public ComparisonJob Job(ComparisonPlan plan, string path)
    {
        var wanted = path.Replace('\\', '/').TrimEnd('/');
        var cell = plan.Cells.FirstOrDefault(cell => cell.Path == wanted);
        if (cell is not null && plan.Base is BasePerSeed && !IsFinished(ComparisonPlan.BaseOf(cell.Seed)))
        {
            var start = ComparisonPlan.BaseOf(cell.Seed);
            throw new TrainingException($"{wanted} starts from {start}, which is not finished; make it first, by --only {start}.");
        }

        return plan.Bases.Concat(plan.Runs).FirstOrDefault(job => job.Path == wanted)
            ?? Probes(plan).FirstOrDefault(job => job.Path == wanted)
            ?? throw new TrainingException($"The comparison in '{Root}' has no {wanted}; its runs are {Names(plan)}. Nothing was changed.");
    }

    /// <summary>
    /// The finished runs of a plan, contender by contender in its order: the baseline stays the same, whatever seeds of it are not finished.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <exception cref="TrainingException">A file of a run is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public IReadOnlyList<CellRun> Load(ComparisonPlan plan) =>
    [
        .. plan.Cells.GroupBy(cell => cell with { Seed = 0 }).SelectMany(contender => contender).Where(cell => IsFinished(cell.Path)).Select(Load),
    ];

    /// <summary>What the finished probes of cost measured.</summary>
    /// <param name="plan">The plan.</param>
    public IReadOnlyList<CostProbe> LoadProbes(ComparisonPlan plan) => CostProbes.Read(Probes(plan), this);

    /// <summary>Keeps other processes from a run while this one is at it.</summary>
    /// <returns>Disposed, or by the end of the process, it is free again.</returns>
    internal IDisposable Lock(string path)
    {
        var directory = PathOf(path);
        Directory.CreateDirectory(directory);
        try
        {
            return new FileStream(
                Path.Combine(directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error)
        {
            throw new TrainingException($"Another process is at {path}; wait for it, or end it, then go on with --resume.", error);
        }
    }

    /// <summary>Marks a job as finished, and removes what only going on with it would need.</summary>
    internal void Finish(ComparisonJob job, RunResult result)
    {
        var place = new RunDirectory(PathOf(job.Path));
        var (policy, critic) = job.Options is RunOptions
            ? Counts(PolicyRun.ReadOptions(place.Root, []), ModelConfig.Read(place.Base))
            : (0, 0);
        var content = new Finished(policy, critic, result.Step, result.SampledTokens, Environment.CpuUsage.TotalTime.TotalSeconds);
        AtomicFile.WriteText(Path.Combine(place.Root, FinishedFile), JsonSerializer.Serialize(content, JsonSerializerOptions.Web) + "\n");
        foreach (var spent in new[] { place.Checkpoints, place.Base, job.KeepsModel ? "" : place.Model }.Where(Directory.Exists))
            Directory.Delete(spent, recursive: true);
    }

    private static (long Policy, long Critic) Counts(RunOptions options, ModelConfig config)
    {
        var forecast = new MemoryForecast(options, config, longest: 0);
        return (forecast.PolicyParameters, forecast.CriticParameters);
    }

    // The runs of the first seeds, as far as there is room.
    private static string Names(ComparisonPlan plan)
    {
        var (names, all) = (plan.Cells.Take(MostNames).Select(cell => cell.Path), plan.Cells.Count());
        return string.Join(", ", names) + (all > MostNames ? $" and {all - MostNames} more, up to {plan.Cells.Last().Path}" : "");
    }

    /// <summary>One finished run.</summary>
    /// <param name="cell">Which one.</param>
    /// <exception cref="TrainingException">A file of it is damaged.</exception>
    /// <exception cref="IOException">It is not finished, or a file cannot be read.</exception>
    public CellRun Load(Cell cell)
    {
        var place = new RunDirectory(PathOf(cell.Path));
        try
        {
            var (finished, steps) = (End(cell.Path), MetricsFile.Read(place.Metrics));
            if (steps.Count == 0)
                throw new InvalidDataException($"{Path.GetFileName(place.Metrics)} has no step.");

            return new(
                cell,
                PolicyRun.ReadOptions(place.Root, []),
                steps,
                File.Exists(place.Evaluations) ? EvaluationFile.Read(place.Evaluations) : [],
                finished.PolicyParameters,
                finished.CriticParameters);
        }
        catch (InvalidDataException error)
        {
            throw new TrainingException(
                $"{cell.Path} is damaged: {error.Message} Delete its directory, and go on with --resume, which runs it again.", error);
        }
    }

    /// <summary>
    /// Processor seconds of the process that finished a job, its start and its measurements included; of a job that was stopped between, those of its last
    /// part. NaN where a version that did not write them finished it.
    /// </summary>
    internal double ProcessorSeconds(string path) => End(path).ProcessorSeconds;

    private Finished End(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Finished>(File.ReadAllText(Path.Combine(PathOf(path), FinishedFile)), JsonSerializerOptions.Web)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{FinishedFile}: {error.Message}", error);
        }
    }

    private sealed record Finished(long PolicyParameters, long CriticParameters, long Steps, long SampledTokens, double ProcessorSeconds = double.NaN);
}
