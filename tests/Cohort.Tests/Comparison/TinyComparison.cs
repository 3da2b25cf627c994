using Cohort.Comparison;
using Cohort.Telemetry;
using Cohort.Tests.Cli;
using Cohort.Training;

namespace Cohort.Tests.Comparison;

/// <summary>A comparison of runs of a few steps, done in this process.</summary>
internal sealed class TinyComparison : IMetricSink, IDisposable
{
    /// <summary>Problems beside those of <see cref="TinyModel"/>, with its characters.</summary>
    public const string HeldOut = """
        {"prompt": "4+3=", "answer": "7"}
        {"prompt": "2+7=", "answer": "9"}
        {"prompt": "8+1=", "answer": "9"}
        {"prompt": "4+4=", "answer": "8"}

        """;

    private readonly TemporaryFolder _folder = new();
    private CancellationTokenSource? _stop;

    public TinyComparison(TinyModel tiny, BaseModel? start = null, params string[] sets)
    {
        File.WriteAllText(_folder.File("sum.json"), "{}");
        File.WriteAllText(_folder.File("held-out.jsonl"), HeldOut);
        string[] model = start is null ? [$"model.path={tiny.Model}"] : [];
        Request = new()
        {
            RunFiles = [_folder.File("sum.json")],
            Algorithms = [AlgorithmPreset.Ppo, AlgorithmPreset.Grpo],
            Arms = [Arm.Controlled],
            Sets =
            [
                $"data.path={tiny.Problems}", $"data.heldOutPath={_folder.File("held-out.jsonl")}", "reward.kind=exact", "rollout.promptsPerStep=2", "rollout.samplesPerPrompt=2", "rollout.maxNewTokens=4",
                .. model, .. sets,
            ],
            Tokens = 60,
            Curve = new() { Points = 1, Problems = 2, Samples = 2 },
            Base = start ?? new OneBase(),
        };
        Folder = new(_folder.File("comparison"));
    }

    public ComparisonRequest Request { get; }

    public ComparisonFolder Folder { get; }

    /// <summary>Paths of the jobs that ran, in their order.</summary>
    public List<string> Started { get; } = [];

    /// <summary>Steps after which a job is stopped, by its path.</summary>
    public Dictionary<string, int> StopAfter { get; } = [];

    /// <summary>Steps that were trained here.</summary>
    public int Steps { get; private set; }

    public ComparisonPlan Plan(int seeds = 2) => ComparisonPlan.Of(Request, firstSeed: 1, seeds, TimeProvider.System) with { ProbesCost = false };

    public IReadOnlyList<JobEnd> Run(ComparisonPlan plan, Func<ComparisonJob, JobEnd>? instead = null)
    {
        using var stop = _stop = new CancellationTokenSource();
        return new ComparisonRun(Folder, plan, jobs: 1, (job, cancel) =>
        {
            Started.Add(job.Path);
            _left = StopAfter.GetValueOrDefault(job.Path, int.MaxValue);
            return instead?.Invoke(job) ?? new(job, job.Do(Folder, this, cancel) ? JobState.Finished : JobState.Stopped);
        }).Run((_, _, _) => { }, stop.Token);
    }

    public void Write(StepMetrics metrics)
    {
        Steps++;
        if (--_left == 0)
            _stop?.Cancel();
    }

    public void Dispose() => _folder.Dispose();

    private int _left;
}
