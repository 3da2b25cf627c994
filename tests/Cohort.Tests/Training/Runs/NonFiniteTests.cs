using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Tensors;
using Cohort.Tokenization;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training.Runs;

public sealed class NonFiniteTests : IDisposable
{
    private const int RowsPerStep = 16;

    private static readonly string[] EachStep = ["evaluation.every=0", "checkpoints.every=1", "checkpoints.keep=99", "budget.steps=7", "rollout.maxRefills=0"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo-fresh")]
    public void A_bad_step_leaves_the_weights_and_keeps_the_batch(string kind)
    {
        var sink = new KeepingSink();
        using (var run = PolicyRun.Start(_folder.File("run"), RunFile.ParseRun(TinyRun.File(kind), EachStep), SpoilsAt(3), sink))
            Assert.Equal((RunEnd.BudgetUsed, 7L), (run.Train().End, 7L));

        var place = new RunDirectory(_folder.File("run"));
        Assert.Equal(Networks(place, 2), Networks(place, 3));
        Assert.NotEqual(Networks(place, 3)[0], Networks(place, 4)[0]);
        Assert.Equal(
            [$"Step 3: behaviour_log_probs is not finite. The rest of the step's updates is left out; the batch is in {place.BadBatch(3)}."],
            sink.Notices.Where(notice => notice.StartsWith("Step", StringComparison.Ordinal)));
        Assert.Equal((0, 4), ((int)sink.Steps[2]["policy/updates"], (int)sink.Steps[2]["run/skipped_updates"]));
        Assert.True(double.IsNaN(sink.Steps[2]["loss/composite"]));

        using var batch = SafetensorsFile.Open(place.BadBatch(3));
        Assert.Equal("behaviour_log_probs", batch.Metadata["first_bad"]);
        using var kept = batch.Read("behaviour_log_probs");
        Assert.Equal(RowsPerStep, kept.shape[0]);
        Assert.False(kept.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo-fresh")]
    public void After_three_in_a_row_the_run_ends_and_can_go_on(string kind)
    {
        var place = new RunDirectory(_folder.File("run"));
        var error = Assert.Throws<TrainingException>(
            () => TinyRun.Train(kind, place.Root, SpoilsAt(3, 4, 5), TinyRun.Never, [.. EachStep, "checkpoints.every=100"]));

        Assert.Equal(
            $"3 steps in a row had a loss or gradient that is not finite; the last batch is in {place.BadBatch(5)}. Look at it and mend the data or "
            + $"the reward, then go on with --resume; or begin a new run from {Path.Combine(place.Checkpoints, "step-000005", "policy")} with a "
            + "lower optimizer.learningRate.",
            error.Message);
        Assert.Equal((5, 3), (TrainerState.Load(place.NewestCheckpoint()).Step, TrainerState.Load(place.NewestCheckpoint()).NonFiniteInARow));
        Assert.Equal((RunEnd.BudgetUsed, 7L), (TinyRun.Resume(place.Root, SpoilsAt()).End, 7L));
        Assert.Equal(0, TrainerState.Load(place.NewestCheckpoint()).NonFiniteInARow);
    }

    [Fact]
    public void Two_in_a_row_are_forgiven()
    {
        var result = TinyRun.Train("grpo", _folder.File("run"), SpoilsAt(2, 3, 5, 6), TinyRun.Never, EachStep);

        Assert.Equal((RunEnd.BudgetUsed, 7L), (result.End, result.Step));
        Assert.Equal(16, TrainerState.Load(new RunDirectory(result.Directory).NewestCheckpoint()).SkippedUpdates);
    }

    [Theory]
    [InlineData("sft", "sft/loss_nats")]
    [InlineData("grpo", "behaviour_log_probs")]
    [InlineData("ppo", "behaviour_log_probs")]
    public void Weights_that_are_not_finite_are_found_by_the_first_tensor_that_shows_it(string kind, string first)
    {
        SavePoisoned(_folder.File("poisoned"));
        var sink = new KeepingSink();
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train(
            kind, _folder.File("run"), sink, TinyRun.Never, TinyRun.Folder(_folder.File("poisoned")), "evaluation.every=0"));

        var place = new RunDirectory(_folder.File("run"));
        Assert.StartsWith("3 steps in a row had a loss or gradient that is not finite; the last batch is in " + place.BadBatch(3), error.Message);
        Assert.Equal(3, sink.Notices.Count(notice => notice.Contains($": {first} is not finite.", StringComparison.Ordinal)));
        using var batch = SafetensorsFile.Open(place.BadBatch(3));
        Assert.Equal(first, batch.Metadata["first_bad"]);
        Assert.True(batch.Contains("tokens"));
    }

    // Stands for a sampler that goes wrong: no reward can give a number that is not finite.
    private static DelegateReward SpoilsAt(params int[] steps)
    {
        var calls = 0;
        return new DelegateReward("mine", (_, completion, _) =>
        {
            var step = ((Interlocked.Increment(ref calls) - 1) / RowsPerStep) + 1;
            if (steps.Contains(step))
                ((IList<float>)completion.BehaviourLogProbs)[0] = float.NaN;
            return ValueTask.FromResult(Score.Of(completion.ResponseTokens[0] % 5));
        });
    }

    private static string[] Networks(RunDirectory place, int step) =>
        Directory.GetFiles(Path.Combine(place.Checkpoints, $"step-{step:D6}"), "*.safetensors", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => RunBits.Hash(file))
            .ToArray();

    private static void SavePoisoned(string folder)
    {
        var tokenizer = new CharacterTokenizer("abcdefghijklmnopqrstuvwxyz:");
        var shape = new ModelConfig
        {
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = 16,
            IntermediateSize = 16,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 2,
            HeadSize = 8,
            ContextLength = 16,
            EndOfSequence = tokenizer.EndOfSequence,
            Padding = tokenizer.Padding,
        };
        using var model = new LanguageModel(shape);
        InitialWeights.Draw(model, shape, 3, Purpose.PolicyWeights);
        using (no_grad())
            model.named_parameters().Single(pair => pair.name == "lm_head.weight").parameter.fill_(double.NaN);

        ModelFolder.Save(model, shape, folder);
        tokenizer.Save(folder);
    }
}
