using Cohort.Comparison;
using Cohort.Telemetry;
using Cohort.Tests.Cli;
using Cohort.Training;

namespace Cohort.Tests.Comparison;

public sealed class ComparisonRunTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private static readonly string[] Paths =
    [
        "runs/sum/controlled/ppo/seed-1", "runs/sum/controlled/grpo/seed-1", "runs/sum/controlled/ppo/seed-2", "runs/sum/controlled/grpo/seed-2",
    ];

    [Fact]
    public void Stopped_comparison_goes_on_where_it_was_with_the_same_bits()
    {
        using var whole = new TinyComparison(tiny);
        whole.Folder.Begin(whole.Plan());
        Assert.All(whole.Run(whole.Plan()), end => Assert.Equal(JobState.Finished, end.State));

        using var parted = new TinyComparison(tiny) { StopAfter = { [Paths[1]] = 2 } };
        parted.Folder.Begin(parted.Plan());
        var first = parted.Run(ComparisonPlanFile.Read(parted.Folder.PlanFile));
        Assert.Equal([JobState.Finished, JobState.Stopped], first.Select(end => end.State));
        parted.StopAfter.Clear();
        Assert.Equal(3, parted.Run(ComparisonPlanFile.Read(parted.Folder.PlanFile)).Count);

        Assert.Equal([.. Paths[..2], .. Paths[1..]], parted.Started);
        Assert.Equal(whole.Steps, parted.Steps);
        Assert.Equal(Scores(whole), Scores(parted));
        Assert.Empty(parted.Run(parted.Plan()));
    }

    [Fact]
    public void Runs_have_equal_tokens_and_see_the_problems_in_the_same_order()
    {
        using var comparison = new TinyComparison(tiny, null, "rollout.loggedPrompts=2");
        var plan = comparison.Plan(seeds: 1);
        comparison.Folder.Begin(plan);
        comparison.Run(plan);
        var runs = comparison.Folder.Load(plan);

        Assert.Equal(["ppo", "grpo"], runs.Select(run => run.Cell.Contender));
        Assert.All(runs, run => Assert.InRange(run.Steps[^1][MetricNames.TotalSampledTokens], 60, 60 + (4 * 4)));
        Assert.All(runs, run => Assert.True(run.Steps[^2][MetricNames.TotalSampledTokens] < 60));
        Assert.Equal(Problems(comparison, runs[0]).Take(6), Problems(comparison, runs[1]).Take(6));
        Assert.All(runs, run => Assert.Equal([0, run.Steps[^1].Step], run.Curve.Select(line => line.Step)));
        Assert.True(runs[0].CriticParameters > 0);
        Assert.Equal(0, runs[1].CriticParameters);
        Assert.Equal(runs[0].PolicyParameters, runs[1].PolicyParameters);

        // What results need is kept, and nothing else.
        Assert.Equal(
            ["cell.json", "environment.json", "evaluations.jsonl", "metrics.jsonl", "options.json", "rollouts.jsonl"],
            Directory.EnumerateFileSystemEntries(comparison.Folder.PathOf(Paths[0])).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public void Failed_run_does_not_stop_the_others_and_is_tried_again()
    {
        using var comparison = new TinyComparison(tiny);
        comparison.Folder.Begin(comparison.Plan());
        var failed = comparison.Run(comparison.Plan(), job => new(job, job.Path == Paths[0] ? JobState.Failed : JobState.Stopped, "no room"));

        Assert.Equal(Paths, comparison.Started);
        Assert.Equal("no room", failed[0].Message);
        Assert.All(comparison.Run(comparison.Plan()), end => Assert.Equal(JobState.Finished, end.State));
    }

    [Fact]
    public void Baseline_stays_the_first_contender_and_time_is_forecast_by_what_is_finished()
    {
        using var comparison = new TinyComparison(tiny);
        var (plan, folder) = (comparison.Plan(), comparison.Folder);
        folder.Begin(plan);
        Assert.Equal((0, double.NaN), (ProcessorTime.Of(plan, folder).Spent, ProcessorTime.Of(plan, folder).Total));
        foreach (var (path, seconds) in new[] { (Paths[1], 3), (Paths[2], 8), (Paths[3], 5) })
        {
            var job = folder.Job(plan, path);
            job.Do(folder, comparison, default);
            File.WriteAllText(Path.Combine(folder.PathOf(path), "cell.json"), $$"""{"processorSeconds": {{seconds}}}""");
        }

        Assert.Equal(["ppo 2", "grpo 1", "grpo 2"], folder.Load(plan).Select(run => $"{run.Cell.Contender} {run.Cell.Seed}"));
        Assert.Equal(new ProcessorTime(Spent: 16, Total: (2 * 8) + (2 * 4)), ProcessorTime.Of(plan, folder));
        File.WriteAllText(Path.Combine(folder.PathOf(Paths[1]), "metrics.jsonl"), "{");
        Assert.Contains($"{Paths[1]} is damaged: ", Assert.Throws<TrainingException>(() => folder.Load(plan)).Message);
    }

    [Fact]
    public void Run_that_another_process_is_at_is_left_alone()
    {
        using var comparison = new TinyComparison(tiny);
        var plan = comparison.Plan(seeds: 1);
        comparison.Folder.Begin(plan);
        var job = comparison.Folder.Job(plan, Paths[0]);
        using (comparison.Folder.Lock(Paths[0]))
        {
            var error = Assert.Throws<TrainingException>(() => job.Do(comparison.Folder, comparison, default));
            Assert.Contains($"Another process is at {Paths[0]}", error.Message);
        }

        Assert.True(job.Do(comparison.Folder, comparison, default));
    }

    [Fact]
    public void Runs_of_a_seed_start_from_the_base_of_that_seed()
    {
        using var folder = new TemporaryFolder();
        var sft = folder.File("sft.json");
        File.WriteAllText(sft, $$"""
            {"model": {"kind": "new", "hiddenSize": 16, "layers": 1, "heads": 2, "keyValueHeads": 1, "contextLength": 32},
             "data": {"path": "{{tiny.Problems}}"}, "steps": 2, "batchRows": 3}
            """);
        using var comparison = new TinyComparison(tiny, new BasePerSeed(RunFile.ReadSft(sft, [])));
        comparison.Folder.Begin(comparison.Plan());
        var plan = ComparisonPlanFile.Read(comparison.Folder.PlanFile);
        Assert.Contains("make it first, by --only bases/seed-2", Assert.Throws<TrainingException>(() => comparison.Folder.Job(plan, Paths[2])).Message);
        Assert.All(comparison.Run(plan), end => Assert.Equal((JobState.Finished, ""), (end.State, end.Message)));

        Assert.Equal(["bases/seed-1", "bases/seed-2", .. Paths], comparison.Started);
        Assert.All(comparison.Folder.Load(plan), run => Assert.Equal(
            new FolderModel { Path = comparison.Folder.PathOf($"bases/seed-{run.Cell.Seed}/model") }, run.Options.Model));
        Assert.Equal([1UL, 2UL], plan.Bases.Select(start => SftRun.ReadOptions(comparison.Folder.PathOf(start.Path), []).Seed));
    }

    [Fact]
    public void Cost_is_probed_by_halves_and_doubles_of_groups_and_lengths_once_all_runs_are_finished()
    {
        using var comparison = new TinyComparison(tiny);
        var plan = comparison.Plan(seeds: 1) with { ProbesCost = true };
        comparison.Folder.Begin(plan);
        comparison.Run(plan);
        var probes = comparison.Folder.LoadProbes(plan);

        (string, int, int)[] expected =
        [
            ("ppo", 2, 4), ("ppo", 1, 4), ("ppo", 4, 4), ("ppo", 2, 2), ("ppo", 2, 8), ("grpo", 2, 4), ("grpo", 4, 4), ("grpo", 2, 2), ("grpo", 2, 8),
        ];
        Assert.Equal(expected, probes.Select(probe => (probe.Contender, probe.SamplesPerPrompt, probe.MaxNewTokens)));
        Assert.All(probes, probe => Assert.InRange(probe.LengthMean, 1, probe.MaxNewTokens));
        Assert.All(probes, probe => Assert.True(probe.StepSeconds > 0));
    }

    private static IEnumerable<double> Scores(TinyComparison comparison) =>
        comparison.Folder.Load(comparison.Plan()).SelectMany(run => run.Steps.Select(step => step[MetricNames.Surrogate]));

    private static IEnumerable<string> Problems(TinyComparison comparison, CellRun run) =>
        RolloutFile.Read(Path.Combine(comparison.Folder.PathOf(run.Cell.Path), "rollouts.jsonl")).Select(line => $"{line.Step} {line.ProblemId}").Distinct();
}
