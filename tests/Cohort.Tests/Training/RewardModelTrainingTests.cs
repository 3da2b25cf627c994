using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Tests.Training.Runs;
using Cohort.Tokenization;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class RewardModelTrainingTests
{
    private const int Batch = 6;

    private static readonly CharacterTokenizer Characters = new(new ReverseTask(2).Alphabet);
    private static readonly PromptEncoder Prompts = new(Characters);
    private static readonly ModelConfig Shape = TinyModels.Shape with { VocabularySize = Characters.VocabularySize, ContextLength = 16 };

    // Pairs of several lengths, some with a margin.
    private static readonly Preference[] Pairs =
    [
        .. Enumerable.Range(0, Batch).Select(i => new Preference(
            new Problem($"{i}", $"{"defghi"[i]}x:", ""), new string('b', 1 + (i % 3)), new string('c', 1 + (i % 2)), Margin: 0.25 * (i % 3))),
    ];

    [Fact]
    public void Steps_and_measurements_leave_as_many_tensors_as_they_found()
    {
        using var folder = new TemporaryFolder();
        using var training = Create(folder, Model(), microBatchRows: 4);
        var state = training.Step(new TrainerState(), new Measures(), default);
        for (var step = 2; step <= 4; step++)
            LiveTensors.StayAsMany($"Step {step}", () => state = training.Step(state, new Measures(), default));
        LiveTensors.StayAsMany("A measurement", () => training.Validate(4, new Measures(), CancellationToken.None));
    }

    [Theory]
    [InlineData(1)] // a pair's two rows are never parted
    [InlineData(2)]
    [InlineData(8)]
    public void Micro_batches_change_gradients_and_numbers_only_by_rounding(int rows)
    {
        var (whole, parts) = (Gradients(2 * Batch), Gradients(rows));
        Assert.Equal(whole.Loss, parts.Loss, Tolerances.Float32Gradient);
        var length = Math.Sqrt(whole.Gradients.Sum(entry => entry * entry));
        var distance = Math.Sqrt(whole.Gradients.Zip(parts.Gradients, (one, other) => (one - other) * (one - other)).Sum());
        Assert.True(length > 0.01);
        Assert.InRange(distance / length, 0, Tolerances.Float32Gradient);

        static (double[] Gradients, double Loss) Gradients(int microBatchRows)
        {
            using var folder = new TemporaryFolder();
            var model = Model();
            using var training = Create(folder, model, microBatchRows);
            var measures = new Measures();
            training.Step(new TrainerState(), measures, default);
            var gradients = model.parameters().Where(parameter => parameter.grad is not null).SelectMany(parameter => Numbers.Of(parameter.grad!)).ToArray();
            return (gradients, measures.Of(MetricNames.RewardModelLoss));
        }
    }

    // Each row alone, without padding: log(1 + exp(margin - r_chosen + r_rejected)) by pair, and the share with the larger score.
    [Fact]
    public void Numbers_of_a_step_are_those_of_each_row_alone()
    {
        using var folder = new TemporaryFolder();
        var (losses, right, margins) = (0.0, 0, 0.0);
        using (var model = Model())
        {
            foreach (var pair in Pairs)
            {
                var (chosen, rejected) = (Score(model, pair.Problem, pair.Chosen), Score(model, pair.Problem, pair.Rejected));
                losses += Math.Log(1 + Math.Exp(pair.Margin - chosen + rejected));
                right += chosen > rejected ? 1 : 0;
                margins += chosen - rejected;
            }
        }

        using var training = Create(folder, Model(), microBatchRows: 4);
        var measures = new Measures();
        training.Step(new TrainerState(), measures, default);

        Assert.Equal(losses / Batch, measures.Of(MetricNames.RewardModelLoss), Tolerances.Float32Gradient);
        Assert.Equal(margins / Batch, measures.Of(MetricNames.RewardModelMargin), Tolerances.Float32Gradient);
        Assert.Equal((double)right / Batch, measures.Of(MetricNames.RewardModelAccuracy), Tolerances.Float64);
    }

    // The sum of both scores is pulled to 0 with a large coefficient; without one nothing pulls it.
    [Fact]
    public void Centering_brings_the_mean_of_the_scores_to_0()
    {
        var (with, without) = (Math.Abs(MeanAfter(centering: 1)), Math.Abs(MeanAfter(centering: 0)));
        Assert.InRange(with, 0, 0.2);
        Assert.True(with < without, $"The mean of the scores is {with} with centering and {without} without.");

        static double MeanAfter(double centering)
        {
            using var folder = new TemporaryFolder();
            using var training = Create(folder, Model(), microBatchRows: 4, centering);
            var (state, measures) = (new TrainerState(), new Measures());
            for (var step = 0; step < 60; step++)
                state = training.Step(state, measures = new Measures(), default);
            return measures.Of(MetricNames.RewardModelScoreMean);
        }
    }

    [Fact]
    public void A_model_of_zeros_ranks_half_right_and_learns_its_pairs()
    {
        using var folder = new TemporaryFolder();
        using var training = Create(folder, new RewardModel(Shape).Drawn(), microBatchRows: 4);
        var (state, before, after) = (new TrainerState(), new Measures(), new Measures());
        training.Validate(0, before, CancellationToken.None);
        for (var step = 0; step < 40; step++)
            state = training.Step(state, new Measures(), default);
        training.Validate(40, after, CancellationToken.None);

        Assert.Equal(0.5, before.Of(MetricNames.ValidationPairAccuracy));
        Assert.Equal(0, before.Of(MetricNames.ValidationCalibrationError));
        Assert.Equal(Batch, before.Of(MetricNames.ReliabilityPairsPrefix + "0.50-0.55"));
        Assert.Equal(1, after.Of(MetricNames.ValidationPairAccuracy));
        Assert.True(after.Of(MetricNames.ValidationPairLoss) < before.Of(MetricNames.ValidationPairLoss));
    }

    [Fact]
    public void What_is_not_finite_is_kept_and_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        var (model, sink) = (Model(), new KeepingSink());
        using var training = Create(folder, model, microBatchRows: 4, sink: sink);
        using (no_grad())
            model.Trunk.EmbeddingWeight.fill_(float.NaN);
        var state = training.Step(new TrainerState(), new Measures(), default);

        Assert.Equal((1, 1L, (long)Batch), (state.NonFiniteInARow, state.SkippedUpdates, state.ProblemCursor));
        Assert.Contains(sink.Notices, notice => notice.StartsWith("Step 1: reward_model/loss_nats is not finite.", StringComparison.Ordinal));
        var measures = new Measures();
        training.Validate(1, measures, CancellationToken.None);
        Assert.Equal(double.NaN, measures.Of(MetricNames.ValidationPairAccuracy));
    }

    [Theory]
    [InlineData("bb", "ccccccccccccc", "Preference '7' has 6 tokens with the chosen and 17 with the rejected completion")]
    [InlineData("bbbbbbbbbbbbbb", "c", "Preference '7' has 18 tokens with the chosen and 5 with the rejected completion")]
    public void A_preference_longer_than_the_context_is_refused_before_the_run(string chosen, string rejected, string message)
    {
        var error = Assert.Throws<DataException>(() => Resolve(new Preference(new Problem("7", "de:", ""), chosen, rejected), Shape));
        Assert.Contains(message, error.Message);
        Assert.Contains("but the model's context is 16; shorten it, leave it out, set data.longPrompts=drop", error.Message);
    }

    [Fact]
    public void Token_beyond_the_models_vocabulary_is_refused_before_the_run()
    {
        var error = Assert.Throws<DataException>(() => Resolve(Pairs[0], Shape with { VocabularySize = 5 }));
        Assert.Contains("but the model's vocab_size is 5: the tokenizer has more tokens than the model", error.Message);
    }

    private static RewardModelOptions Resolve(Preference preference, ModelConfig config) =>
        RewardModelTraining.Resolve(new RewardModelOptions(), ListSource.Of([preference], seed: 1), Prompts, config);

    private static double Score(RewardModel model, Problem problem, string completion)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long[] row = [.. Characters.Encode(problem.Prompt).Concat(Characters.Encode(completion)).Append(Characters.EndOfSequence).Select(token => (long)token)];
        return model.Scores(tensor(row, [1, row.Length]), tensor(new long[] { row.Length })).item<float>();
    }

    // With a head that is not zero, so that gradients reach the trunk.
    private static RewardModel Model()
    {
        var model = new RewardModel(Shape).Drawn();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (_, parameter) in model.named_parameters().Where(pair => pair.name.StartsWith("score", StringComparison.Ordinal)))
            parameter.copy_(linspace(-0.5, 0.7, parameter.numel()).reshape(parameter.shape));
        return model;
    }

    private static RewardModelTraining Create(
        TemporaryFolder folder, RewardModel model, int microBatchRows, double centering = 0, IMetricSink? sink = null)
    {
        var options = new RewardModelOptions
        {
            BatchPairs = Batch,
            MicroBatchRows = microBatchRows,
            Centering = centering,
            Optimizer = new AdamOptions { LearningRate = 0.01 },
        };
        var place = new RunDirectory(folder.Path);
        return new RewardModelTraining(place, options, model, Prompts, ListSource.Of(Pairs, seed: 2), new PhaseClock(), sink ?? new SilentSink());
    }
}

/// <summary>Reward models for tests.</summary>
internal static class RewardModelExtensions
{
    /// <summary>The model with fresh weights; its head stays at zero.</summary>
    public static RewardModel Drawn(this RewardModel model)
    {
        InitialWeights.Draw(model, model.Config, seed: 5, Purpose.PolicyWeights);
        return model;
    }
}
