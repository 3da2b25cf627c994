using Cohort.Checkpoints;
using Cohort.Telemetry;
using TorchSharp;
using Xunit.Abstractions;

namespace Cohort.Tests.Training.Runs;

/// <summary>Memory of runs. The rule of 300 steps takes minutes: COHORT_MEMORY=1 switches it on, see eng/memory.sh.</summary>
public sealed class MemoryTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft", "steps=60")]
    [InlineData("reward-model", "steps=60")]
    [InlineData("grpo", "budget.steps=60")]
    [InlineData("ppo", "budget.steps=60")]
    [InlineData("sft-lora", "steps=60")]
    [InlineData("ppo-lora", "budget.steps=60")]
    public void Live_tensors_after_a_step_equal_those_before_it(string kind, string budget)
    {
        var (sink, before) = (new CountingSink(), DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        TinyRun.Train(kind, _folder.File("run"), sink, TinyRun.Never, budget, "evaluation.every=10", "checkpoints.every=10");

        // The first update makes the gradients, which stay; each step replaces them.
        var counts = sink.LiveTensors[2..];
        Assert.Equal(59, counts.Count);
        Assert.All(counts, count => Assert.Equal(counts[0], count));
        Assert.True(counts[0] > before);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("reward-model")]
    [InlineData("grpo")]
    [InlineData("ppo")]
    [InlineData("ppo-fresh")]
    [InlineData("sft-lora")]
    [InlineData("ppo-lora")]
    public void A_run_that_ended_leaves_no_tensors(string kind)
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        TinyRun.Train(kind, _folder.File("run"));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        TinyRun.Resume(kind, _folder.File("run"));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData("sft", "metrics.jsonl")]
    [InlineData("reward-model", "checkpoints/step-000008/reward-model/model.safetensors")]
    [InlineData("reward-model", "base/model.safetensors")]
    [InlineData("ppo", "metrics.jsonl")]
    [InlineData("ppo", "rollouts.jsonl")]
    [InlineData("ppo-lora", "base/adapter/adapter_model.safetensors")]
    [InlineData("ppo-lora", "checkpoints/step-000008/critic/adapter_model.safetensors")]
    [InlineData("sft", "base/model.safetensors")]
    [InlineData("ppo", "base/model.safetensors")]
    [InlineData("sft", "checkpoints/step-000008/policy-optimizer.safetensors")]
    [InlineData("ppo", "checkpoints/step-000008/critic-optimizer.safetensors")]
    public void A_run_that_cannot_be_opened_leaves_no_tensors_and_no_files(string kind, string damaged)
    {
        TinyRun.Train(kind, _folder.File("run"));
        var (file, before) = (_folder.File(Path.Combine("run", damaged)), DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        var whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..20]);
        Assert.ThrowsAny<Exception>(() => TinyRun.Resume(kind, _folder.File("run")));

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        if (OperatingSystem.IsLinux())
        {
            Assert.DoesNotContain(
                new DirectoryInfo("/proc/self/fd").GetFiles(), open => open.LinkTarget?.StartsWith(_folder.Path, StringComparison.Ordinal) == true);
        }

        File.WriteAllBytes(file, whole);
        Assert.Equal(8, TinyRun.Resume(kind, _folder.File("run")).Step);
    }

    [LongTheory("COHORT_MEMORY")]
    [InlineData("sft", "steps=300")]
    [InlineData("grpo", "budget.steps=300")]
    [InlineData("ppo", "budget.steps=300")]
    public void Resident_memory_stays_flat_over_300_steps(string kind, string budget)
    {
        string[] size = ["data.task=sort", "data.size=8", "model.hiddenSize=64", "model.layers=2", "model.contextLength=64", "threads=2"];
        string[] rows = kind == "sft" ? ["batchRows=64"]
            : ["rollout.promptsPerStep=16", "rollout.samplesPerPrompt=8", "update.minibatchRows=64", "update.microBatchRows=0"];
        File.WriteAllText(_folder.File("run.json"), TinyRun.File(kind));
        using (var child = ChildRun.Start(ChildRun.Command(
            kind, _folder.File("run"), _folder.File("run.json"), [.. size, .. rows, budget, "evaluation.every=25", "checkpoints.every=25"])))
            Assert.Equal((0, "BudgetUsed at step 300\n"), child.Finish());

        var memory = MetricsFile.Read(new RunDirectory(_folder.File("run")).Metrics).ToDictionary(step => step.Step, step => step["memory/resident_mib"]);
        var (early, late) = (Median(30, 80), Median(251, 300));
        output.WriteLine($"{kind}: median of steps 30 to 80 {early:F1} MiB, of steps 251 to 300 {late:F1} MiB, {late - early:+0.0;-0.0} MiB");
        Assert.InRange(late - early, double.NegativeInfinity, Math.Max(0.05 * early, 48e6 / 1048576));

        double Median(long first, long last)
        {
            var sorted = memory.Where(step => step.Key >= first && step.Key <= last).Select(step => step.Value).Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    private sealed class CountingSink : SilentSink
    {
        public List<long> LiveTensors { get; } = [];

        public override void Write(StepMetrics metrics) => LiveTensors.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}

/// <summary>A test that takes minutes: skipped unless an environment variable asks for it.</summary>
internal sealed class LongTheoryAttribute : TheoryAttribute
{
    public LongTheoryAttribute(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is null)
            Skip = $"Takes minutes; {variable}=1 runs it.";
    }
}
