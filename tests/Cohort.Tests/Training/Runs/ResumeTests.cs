using Cohort.Checkpoints;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _place;

    public ResumeTests() => _place = new RunDirectory(_folder.File("parts"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft", "{\"step\":7,\"sft/lo")]
    [InlineData("reward-model", "{\"step\":7,\"rew")]
    [InlineData("grpo", "{\"step\":7,\"reward/sc")]
    [InlineData("grpo", "{\"step\":7}\n{\"step\":8}\n")] // whole lines that were written after the checkpoint
    [InlineData("ppo", "\0\0\0\n")]
    [InlineData("sft-lora", "{\"step\":7,\"sft/lo")]
    [InlineData("grpo-lora", "{\"step\":7,\"reward/sc")]
    [InlineData("ppo-lora", "\0\0\0\n")]
    public void What_the_logs_hold_beyond_the_checkpoint_is_cut_off(string kind, string tail)
    {
        TinyRun.Train(kind, _folder.File("whole"));
        TinyRun.Train(kind, _place.Root, Steps(kind, 6));
        File.AppendAllText(_place.Metrics, tail);
        if (TinyRun.Samples(kind))
            File.AppendAllText(_place.Rollouts, tail);

        Directory.CreateDirectory(Path.Combine(_place.Checkpoints, "step-000007.unfinished/policy"));
        File.WriteAllText(Path.Combine(_place.Checkpoints, "step-000007.unfinished/policy/model.safetensors.tmp"), "half");
        File.WriteAllText(_place.Options + ".tmp", "half");
        TinyRun.Resume(kind, _place.Root, Steps(kind, 8));

        RunBits.AssertSame(_folder.File("whole"), _place.Root);
        Assert.Empty(Directory.GetFileSystemEntries(_place.Root, "*.unfinished", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFileSystemEntries(_place.Root, "*.tmp", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("reward-model")]
    [InlineData("ppo")]
    public void Without_a_checkpoint_the_run_begins_anew(string kind)
    {
        TinyRun.Train(kind, _folder.File("whole"));
        TinyRun.Train(kind, _place.Root, Steps(kind, 2));
        Directory.Delete(_place.Checkpoints, recursive: true);
        TinyRun.Resume(kind, _place.Root, Steps(kind, 8));

        RunBits.AssertSame(_folder.File("whole"), _place.Root);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("reward-model")]
    [InlineData("grpo")]
    public void A_finished_run_stays_finished(string kind)
    {
        var first = TinyRun.Train(kind, _place.Root);
        var (metrics, weights) = (File.ReadAllText(_place.Metrics), RunBits.Weights(_place.Model));
        File.Delete(Path.Combine(_place.Model, "model.safetensors"));
        var second = TinyRun.Resume(kind, _place.Root);

        Assert.Equal(first, second);
        Assert.Equal(metrics, File.ReadAllText(_place.Metrics));
        Assert.Equal(weights, RunBits.Weights(_place.Model));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("reward-model")]
    [InlineData("grpo")]
    [InlineData("grpo-lora")]
    public void A_run_directory_that_was_moved_goes_on(string kind)
    {
        TinyRun.Train(kind, _folder.File("whole"));
        TinyRun.Train(kind, _place.Root, Steps(kind, 6));
        Directory.Move(_place.Root, _folder.File("elsewhere"));
        TinyRun.Resume(kind, _folder.File("elsewhere"), Steps(kind, 8));

        RunBits.AssertSame(_folder.File("whole"), _folder.File("elsewhere"));
    }

    [Fact]
    public void Options_that_would_change_the_past_are_refused_by_name()
    {
        TinyRun.Train("grpo", _place.Root, "budget.steps=2");
        var options = File.ReadAllText(_place.Options);
        var error = Assert.Throws<OptionsException>(() => TinyRun.Resume("grpo", _place.Root, "optimizer.learningRate=0.02", "seed=8"));

        Assert.Equal(
            $"{_place.Options}: 2 problems\n"
            + "seed is 8, but the run was started with 7, and the change would alter steps that are done; keep 7, or start a new run directory.\n"
            + "optimizer.learningRate is 0.02, but the run was started with 0.01, and the change would alter steps that are done; keep 0.01, or "
            + "start a new run directory.",
            error.Message);
        Assert.Equal(options, File.ReadAllText(_place.Options));
    }

    [Fact]
    public void A_checkpoint_of_other_options_is_refused_by_their_names()
    {
        TinyRun.Train("grpo", _place.Root, "budget.steps=2");
        var other = new RunDirectory(_folder.File("other"));
        TinyRun.Train("grpo", other.Root, "budget.steps=4", "algorithm.loss.high=0.3");
        Directory.Move(Path.Combine(other.Checkpoints, "step-000004"), Path.Combine(_place.Checkpoints, "step-000004"));
        var error = Assert.Throws<OptionsException>(() => TinyRun.Resume("grpo", _place.Root, "budget.steps=8"));

        Assert.Equal(
            $"{_place.Options}: algorithm.loss.high is 0.2, but the run was started with 0.3, and the change would alter steps that are done; keep "
            + "0.3, or start a new run directory.",
            error.Message);
    }

    [Fact]
    public void Options_edited_by_hand_are_refused_too()
    {
        TinyRun.Train("sft", _place.Root, "steps=2");
        File.WriteAllText(_place.Options, File.ReadAllText(_place.Options).Replace("\"weightDecay\": 0.01", "\"weightDecay\": 0.1"));
        var error = Assert.Throws<OptionsException>(() => TinyRun.Resume("sft", _place.Root, "steps=4"));

        Assert.Equal(
            $"{_place.Options}: optimizer.weightDecay is 0.1, but the run was started with 0.01, and the change would alter steps that are done; "
            + "keep 0.01, or start a new run directory.",
            error.Message);
    }

    [Fact]
    public void What_may_differ_is_said_and_kept()
    {
        TinyRun.Train("grpo", _place.Root, "budget.steps=2");
        var sink = new KeepingSink();
        TinyRun.Resume("grpo", _place.Root, sink, TinyRun.Never, "budget.steps=4", "threads=2", "checkpoints.keep=1");

        Assert.Equal(
            ["threads goes from 1 to 2: sums are rounded differently from here on, so that the run is not bit for bit the one that was never interrupted."],
            sink.Notices);
        var now = PolicyRun.ReadOptions(_place.Root, []);
        Assert.Equal((4, 2, 1), (now.Budget.Steps, now.Threads, now.Checkpoints.Keep));
        Assert.Equal([4L], new CheckpointStore(_place.Checkpoints, keep: 1).Steps().Where(step => step != TrainerState.Load(_place.NewestCheckpoint()).BestStep));
    }

    [Fact]
    public void Another_machine_is_said()
    {
        TinyRun.Train("sft", _place.Root, "steps=1");
        var environment = File.ReadAllText(_place.Environment);
        File.WriteAllText(_place.Environment, environment.Replace("bit\"", "bit of old\""));
        var sink = new KeepingSink();
        TinyRun.Resume("sft", _place.Root, sink, TinyRun.Never, "steps=2");

        var notice = Assert.Single(sink.Notices);
        Assert.StartsWith("instructionSet was ", notice);
        Assert.EndsWith(" now: the run goes on, but not bit for bit as it would have on the first machine.", notice);
    }

    [Fact]
    public void A_log_that_lost_lines_is_refused()
    {
        TinyRun.Train("grpo", _place.Root, "budget.steps=2");
        using (var log = File.OpenWrite(_place.Metrics))
            log.SetLength(10);

        var length = TrainerState.Load(_place.NewestCheckpoint()).MetricsBytes;
        var error = Assert.Throws<TrainingException>(() => TinyRun.Resume("grpo", _place.Root, "budget.steps=4"));
        Assert.Equal(
            $"{_place.Metrics} has 10 bytes, but {length} were written when the checkpoint was saved: it was cut or replaced since. Put the file "
            + "back, or start a new run.",
            error.Message);
        Assert.Equal(10, new FileInfo(_place.Metrics).Length);
    }

    private static string Steps(string kind, int steps) => TinyRun.Samples(kind) ? $"budget.steps={steps}" : $"steps={steps}";
}
