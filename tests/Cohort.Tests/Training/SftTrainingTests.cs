using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tests.Training.Runs;
using Cohort.Tokenization;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class SftTrainingTests
{
    private static readonly CharacterTokenizer Characters = new(new ReverseTask(2).Alphabet);

    [Fact]
    public void Steps_and_measurements_leave_as_many_tensors_as_they_found()
    {
        using var folder = new TemporaryFolder();
        using var training = Create(folder, Policy(), microBatchRows: 3);
        var state = training.Step(new TrainerState(), new Measures(), default);
        for (var step = 2; step <= 4; step++)
            LiveTensors.StayAsMany($"Step {step}", () => state = training.Step(state, new Measures(), default));
        LiveTensors.StayAsMany("A measurement", () => training.Validate(4, new Measures(), CancellationToken.None));
    }

    [Fact]
    public void Micro_batches_change_gradients_and_numbers_only_by_rounding()
    {
        using var folder = new TemporaryFolder();
        var whole = Gradients(8);
        foreach (var size in new[] { 1, 3 })
        {
            var parts = Gradients(size);
            Assert.Equal(whole.Loss, parts.Loss, Tolerances.Float32Gradient);
            var length = Math.Sqrt(whole.Gradients.Sum(entry => entry * entry));
            var distance = Math.Sqrt(whole.Gradients.Zip(parts.Gradients, (one, other) => (one - other) * (one - other)).Sum());
            Assert.InRange(distance / length, 0, Tolerances.Float32Gradient);
        }

        (double[] Gradients, double Loss) Gradients(int microBatchRows)
        {
            var policy = Policy();
            using var training = Create(folder, policy, microBatchRows);
            var measures = new Measures();
            training.Step(new TrainerState(), measures, default);
            return (policy.parameters().SelectMany(parameter => Numbers.Of(parameter.grad!)).ToArray(), measures.Of(MetricNames.SftLoss));
        }
    }

    // Each demonstration alone, without padding: the mean over all completion tokens of the batch, the end of sequence included.
    [Fact]
    public void Loss_is_the_mean_over_completion_tokens_and_the_end_of_sequence()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Policy();
        var (sum, count) = (0.0, 0);
        var source = Source();
        for (var i = 0; i < 8; i++)
        {
            var (problem, completion) = source.Training(i);
            var prompt = Characters.Encode(problem.Prompt);
            var answer = Characters.Encode(completion).Append(Characters.EndOfSequence).ToArray();
            var tokens = prompt.Concat(answer).Select(token => (long)token).ToArray();
            var logProbs = nn.functional.log_softmax(model.Logits(model.Trunk.Hidden(tensor(tokens, [1, tokens.Length])))[0], dim: 1);
            sum -= answer.Select((token, t) => logProbs[prompt.Count - 1 + t, token].item<float>()).Sum();
            count += answer.Length;
        }

        using (var grad = enable_grad())
        {
            using var training = Create(folder, Policy(), microBatchRows: 3);
            var measures = new Measures();
            training.Step(new TrainerState(), measures, default);
            Assert.Equal(sum / count, measures.Of(MetricNames.SftLoss), Tolerances.Float32Gradient);
            Assert.Equal(count, measures.Of(MetricNames.SftTokens));
        }
    }

    [Fact]
    public void Token_beyond_the_models_vocabulary_is_refused_before_the_run()
    {
        var config = TinyModels.Shape with { VocabularySize = 5, ContextLength = 64 };
        var error = Assert.Throws<DataException>(() => SftTraining.Resolve(new SftOptions(), Source(), new PromptEncoder(Characters), config));
        Assert.Contains("but the model's vocab_size is 5: the tokenizer has more tokens than the model", error.Message);
    }

    [Fact]
    public void Template_that_writes_no_answer_is_a_notice_and_no_end_of_the_run()
    {
        var template = new ChatTemplate("{% if add_generation_prompt %}now{% else %}{{ raise_exception('no answers') }}{% endif %}", new Dictionary<string, string>());
        var prompts = new PromptEncoder(Characters, template, ChatUse.Always, system: "");
        Assert.Contains("no answers", Setup.ChatNotice(prompts, Source().Training(0).Problem, TinyModels.Shape));
    }

    [Fact]
    public void Prompts_of_a_run_have_the_day_on_which_it_started()
    {
        Assert.Equal(10, Setup.Dated(new SftOptions()).Data.Today.Length);
        var dated = new SftOptions { Data = new TaskData { Today = "2024-07-26" } };
        Assert.Equal(dated, Setup.Dated(dated));
        var template = new ChatTemplate("{{ strftime_now('%d %b %Y') }}", new Dictionary<string, string>(), time: NoonClock.Of(dated.Data.Today));
        Assert.Equal("26 Jul 2024", template.Render([], addGenerationPrompt: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskData { Today = "26.7.2024" });
    }

    private static LanguageModel Policy() =>
        TinyModels.Policy(sharpness: 20, TinyModels.Shape with { VocabularySize = Characters.VocabularySize, ContextLength = 16 });

    private static TaskDemonstrations Source() => new(new ReverseTask(2), seed: 3, noise: 0.2);

    private static SftTraining Create(TemporaryFolder folder, LanguageModel policy, int microBatchRows)
    {
        var options = new SftOptions
        {
            Data = new TaskData { Task = TaskName.Reverse, Size = 2 },
            BatchRows = 8,
            MicroBatchRows = microBatchRows,
            MaxNewTokens = 4,
            Evaluation = new() { Problems = 20 },
        };
        var start = new StartingModel(policy, new PromptEncoder(Characters));
        return new SftTraining(new RunDirectory(folder.Path), options, start, Source(), new PhaseClock(), new SilentSink());
    }
}
