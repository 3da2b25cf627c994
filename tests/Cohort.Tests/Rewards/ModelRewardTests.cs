using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Tests.Models;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Tests.Rewards;

public sealed class ModelRewardTests : IDisposable
{
    private static readonly Problem Question = new("1", "bad", "cab");

    private readonly RewardModel _model = RewardModelTests.Awake();
    private readonly PromptEncoder _prompts = new(new CharacterTokenizer("abcdefghijk"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Score_is_the_models_behind_prompt_answer_and_end_in_its_own_tokens()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var expected = RewardModelTests.Scores(_model, [[3, 2, 5, 4, 2, 6, 1]], padding: 0); // b a d, c a e, end of sequence
        using var reward = new ModelReward(_model, _prompts, rows: 4);
        Assert.Equal(Numbers.Of(expected), Totals(reward.Score([(Question, Answer("cae"))], default)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Scores_do_not_depend_on_the_rows_that_are_read_together_nor_on_their_order(int rows)
    {
        string[] texts = ["cab", "", "abcdefghijkabcde", "j", "cabcab", "k", "hi", "bad"];
        (Problem, Completion)[] answers = [.. texts.Select(text => (Question, Answer(text)))];
        using var reward = new ModelReward(_model, _prompts, rows);
        var alone = answers.Select(answer => Totals(reward.Score([answer], default))[0]).ToArray();
        Assert.Equal(answers.Length, alone.Select(score => Math.Round(score, 3)).Distinct().Count());
        Assert.All(alone.Zip(Totals(reward.Score(answers, default))), pair => Assert.Equal(pair.First, pair.Second, Tolerances.Logits));
        Assert.All(
            alone.Zip(Totals(reward.Score([.. answers.Reverse()], default)).Reverse()), pair => Assert.Equal(pair.First, pair.Second, Tolerances.Logits));
    }

    [Fact]
    public void Answer_that_was_cut_off_is_scored_as_if_it_ended_there()
    {
        using var reward = new ModelReward(_model, _prompts, rows: 4);
        var scores = Totals(reward.Score([(Question, Answer("cae")), (Question, Answer("cae") with { FinishReason = FinishReason.Length })], default));
        Assert.Equal(scores[0], scores[1], Tolerances.HandComputed);
    }

    [Fact]
    public void Answer_beyond_the_context_has_no_score_and_the_others_keep_theirs()
    {
        using var reward = new ModelReward(_model, _prompts, rows: 4);
        var scores = reward.Score([(Question, Answer(new string('a', 37))), (Question, Answer(new string('a', 36)))], default);
        Assert.Equal(Score.None("prompt and answer are 41 tokens for the reward model, whose context is 40"), scores[0]);
        Assert.IsType<Scored>(scores[1]);
    }

    [Fact]
    public void Answer_that_the_reward_model_has_no_tokens_for_has_no_score()
    {
        using var reward = new ModelReward(_model, _prompts, rows: 4);
        var scores = reward.Score([(Question, Answer("caé")), (Question, Answer("cae"))], default);
        Assert.StartsWith("the reward model cannot read it. Problem '1': ", Assert.IsType<Unscored>(scores[0]).Reason);
        Assert.IsType<Scored>(scores[1]);
    }

    [Fact]
    public void Answer_that_spells_the_end_of_sequence_is_read_as_its_characters()
    {
        var prompts = new PromptEncoder(new CharacterTokenizer("abcd<eos>"));
        using var reward = new ModelReward(_model, prompts, rows: 4);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var tokens = prompts.Tokenizer.Encode("bada<eos>").Select(id => (long)id).Append(1).ToArray();
        Assert.DoesNotContain(1, tokens[..^1]);
        Assert.Equal(Numbers.Of(RewardModelTests.Scores(_model, [tokens], 0)), Totals(reward.Score([(Question, Answer("a<eos>"))], default)));
    }

    [Fact]
    public void Tokenizer_with_more_tokens_than_the_model_is_refused()
    {
        Assert.Equal(
            "The reward model's tokenizer has 14 tokens, but the model only 13; put the tokenizer that it was trained with into its folder.",
            Assert.Throws<ModelException>(() => new ModelReward(_model, new PromptEncoder(new CharacterTokenizer("abcdefghijkl")), rows: 4)).Message);
    }

    [Fact]
    public void Stopped_run_stops_the_reward()
    {
        using var reward = new ModelReward(_model, _prompts, rows: 4);
        Assert.Throws<OperationCanceledException>(() => reward.Score([(Question, Answer("cae"))], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Scoring_leaves_no_tensors_behind()
    {
        using var reward = new ModelReward(_model, _prompts, rows: 4);
        reward.Score([(Question, Answer("cae"))], default);
        var before = LiveTensors.Count;
        reward.Score([(Question, Answer("cae")), (Question, Answer("bad"))], default);
        Assert.Equal(before, LiveTensors.Count);
    }

    private static double[] Totals(IReadOnlyList<Score> scores) => [.. scores.Select(score => Assert.IsType<Scored>(score).Total)];

    // The policy's token ids are not the reward model's, which must not read them.
    private static Completion Answer(string text) => new(0, 0, [900], [901, 902], [-0.5f, -0.25f], FinishReason.Stop, text);
}
