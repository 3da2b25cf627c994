using Cohort.Data;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class CollectorTests
{
    private static readonly RunOptions Options = TinyTraining.Options(AlgorithmOptions.Grpo);

    // Problems 1 and 2 of every four have no signal, whatever was sampled.
    [Fact]
    public void Groups_without_a_signal_are_replaced_by_those_of_further_problems()
    {
        var flat = new[] { 1, 2 };
        using var training = new TinyTraining(Refilling(1), completion => Score.Of(flat.Contains(completion.PromptIndex) ? 0.4 : completion.SampleIndex));
        using var scope = NewDisposeScope();
        var collected = training.Collect();
        using var batch = collected.Batch;
        Assert.Equal(Ids(training, 0, 4, 5, 3), collected.Groups.Select(group => group.Problem.Id));
        Assert.Equal(Ids(training, 1, 2), collected.Dropped.Select(group => group.Problem.Id));
        Assert.All(collected.Groups.Index(), pair => Assert.All(pair.Item.Completions, completion => Assert.Equal(pair.Index, completion.PromptIndex)));
        Assert.Equal(16, batch.Count);
        Assert.Equal(collected.Sampled.Sum(group => group.Completions.Sum(completion => completion.ResponseTokens.Count)), collected.SampledTokens);
    }

    [Fact]
    public void Refills_end_at_their_bound_and_what_is_flat_then_leaves_the_loss()
    {
        using var training = new TinyTraining(Refilling(3), _ => Score.Of(0.4));
        var measures = training.Step();
        Assert.Equal(12, measures.Of(MetricNames.DroppedGroups));
        Assert.Equal(1, measures.Of(MetricNames.FlatGroups));
        Assert.Equal((1, 0), (measures.Of(MetricNames.AllWrongGroups), measures.Of(MetricNames.AllRightGroups)));
        Assert.Equal(16, training.State.ProblemCursor);
        Assert.Equal(0, measures.Of(MetricNames.Updates));
        Assert.Equal(measures.Of(MetricNames.SampledTokens), training.State.SampledTokens);
    }

    [Fact]
    public void Without_flat_groups_refilling_changes_nothing()
    {
        using var plain = new TinyTraining(Options);
        using var refilling = new TinyTraining(Refilling(5));
        var (expected, found) = (plain.Step(), refilling.Step());
        Assert.Equal(expected.Of(MetricNames.GradientNorm), found.Of(MetricNames.GradientNorm));
        Assert.Equal(0, found.Of(MetricNames.DroppedGroups));
        Assert.Equal(plain.State.ProblemCursor, refilling.State.ProblemCursor);
    }

    [Fact]
    public void Refilled_prompts_have_random_numbers_of_their_own()
    {
        using var training = new TinyTraining(Refilling(1), _ => Score.Of(0.4));
        var collected = training.Collect();
        collected.Batch.Dispose();
        var texts = collected.Groups.Zip(collected.Dropped, (kept, dropped) => (kept.Completions[0].BehaviourLogProbs[0], dropped.Completions[0].BehaviourLogProbs[0]));
        Assert.All(texts, pair => Assert.NotEqual(pair.Item1, pair.Item2));
    }

    [Fact]
    public void Greedy_baselines_are_the_scores_of_the_most_likely_completions()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining(TinyTraining.Options(AlgorithmPresets.Of(AlgorithmPreset.Remax)));
        var collected = training.Collect();
        using var batch = collected.Batch;
        Assert.Equal(4, collected.Greedy.Count);
        var expected = collected.Greedy.SelectMany(group => Enumerable.Repeat(((Scored)TinyTraining.Letters(group.Completions[0])).Total, 4)).ToArray();
        Numbers.Same(expected, batch.GreedyScores, Tolerances.HandComputed);
        Assert.Equal(
            collected.Groups.Sum(group => group.Completions.Sum(completion => completion.ResponseTokens.Count))
            + collected.Greedy.Sum(group => group.Completions[0].ResponseTokens.Count),
            collected.SampledTokens);
    }

    [Fact]
    public void Rows_whose_greedy_completion_has_no_score_count_as_unscored()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        using var training = new TinyTraining(
            TinyTraining.Options(AlgorithmPresets.Of(AlgorithmPreset.Remax)),
            completion => Interlocked.Increment(ref calls) > 16 && completion.PromptIndex == 2 ? Score.None("made up") : TinyTraining.Letters(completion));
        using var batch = training.Collect().Batch;
        Assert.Equal(Enumerable.Range(0, 16).Select(row => row / 4 != 2), batch.Scored.data<bool>().ToArray());
        Assert.Equal(0, batch.ResponseMask.narrow(0, 8, 4).sum().item<long>());
    }

    [Fact]
    public void Rewards_stand_where_their_steps_end_and_the_rest_on_the_last_token()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining(Options, completion => completion.SampleIndex == 1
            ? Score.OfSteps(new StepReward(0, 0.3)) is Scored steps ? steps with { Total = 0.5 } : Score.None("")
            : Score.Of(0.7));
        var collected = training.Collect();
        using var batch = collected.Batch;
        var completion = collected.Groups[0].Completions[1];
        var first = completion.PromptTokens.Count - 1;
        var expected = new float[(int)batch.Rewards.shape[1]];
        expected[first] += 0.3f;
        expected[first + completion.ResponseTokens.Count - 1] += 0.2f;
        Numbers.Same(expected.Select(value => (double)value).ToArray(), batch.Rewards[1], Tolerances.HandComputed);
        Assert.Equal(expected.Select(value => value != 0), batch.StepEnds[1].data<bool>().ToArray());
        Numbers.Same([0.7, 0.5, 0.7, 0.7], batch.Scores.narrow(0, 0, 4), Tolerances.HandComputed);
        Numbers.Same(Numbers.Of(batch.Scores), batch.Rewards.sum(1), Tolerances.HandComputed);
    }

    [Fact]
    public void Masked_truncated_completions_keep_their_score_and_leave_the_loss()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining(TinyTraining.Options(AlgorithmOptions.Grpo with { Truncation = new MaskTruncated() }));
        var collected = training.Collect();
        using var batch = collected.Batch;
        var cut = collected.Groups.SelectMany(group => group.Completions).Select(completion => completion.FinishReason == FinishReason.Length).ToArray();
        Assert.Contains(true, cut);
        Assert.Equal(cut, batch.CutOff.data<bool>().ToArray());
        Assert.Equal(cut.Select(isCut => !isCut), batch.LossMask.any(1).data<bool>().ToArray());
        Assert.True(batch.ResponseMask.any(1).all().item<bool>());
        Assert.All(Numbers.Of(batch.Scores), score => Assert.True(score > 0));
    }

    [Fact]
    public void Named_parts_become_columns_and_a_missing_one_is_named()
    {
        using var scope = NewDisposeScope();
        var options = TinyTraining.Options(AlgorithmOptions.Grpo with { Advantage = new PerReward { Parts = "form=0.5, length=2" } });
        using var training = new TinyTraining(
            options, completion => Score.Of(1, ("length", completion.ResponseTokens.Count), ("form", completion.SampleIndex)));
        var collected = training.Collect();
        using var batch = collected.Batch;
        Numbers.Same([0, 1, 2, 3], batch.Parts.narrow(0, 4, 4).select(1, 0), 0);
        Numbers.Same([.. collected.Groups[1].Completions.Select(completion => (double)completion.ResponseTokens.Count)], batch.Parts.narrow(0, 4, 4).select(1, 1), 0);

        using var other = new TinyTraining(options, _ => Score.Of(1, ("correct", 1)));
        Assert.Equal(
            "algorithm.advantage.parts names 'form', but the reward gave a score with the parts correct; name parts that every score has.",
            Assert.Throws<TrainingException>(() => other.Collect()).Message);
    }

    [Fact]
    public void A_lone_score_has_nothing_to_be_compared_with_and_leaves_the_loss()
    {
        using var scope = NewDisposeScope();
        using var training = new TinyTraining(
            Options, completion => completion.PromptIndex == 1 && completion.SampleIndex > 0 ? Score.None("made up") : TinyTraining.Letters(completion));
        using var batch = training.Collect().Batch;
        Assert.Equal(Enumerable.Range(0, 16).Select(row => row / 4 != 1), batch.Scored.data<bool>().ToArray());

        using var critic = new TinyTraining(
            TinyTraining.Options(TinyTraining.Ppo()),
            completion => completion.PromptIndex == 1 && completion.SampleIndex > 0 ? Score.None("made up") : TinyTraining.Letters(completion));
        using var other = critic.Collect().Batch;
        Assert.Equal(Enumerable.Range(0, 16).Select(row => row / 4 != 1 || row % 4 == 0), other.Scored.data<bool>().ToArray());
    }

    [Fact]
    public void What_is_flat_is_what_the_advantages_compare()
    {
        Scored[] parts = [Graded(1, ("correct", 1), ("format", 0.2)), Graded(1, ("correct", 1), ("format", 0.7))];
        Assert.True(new GroupRelative().IsFlat(parts));
        Assert.False(new PerReward().IsFlat(parts));
        Assert.True(new PerReward { Parts = "correct=2" }.IsFlat(parts));

        Scored[] steps = [(Scored)Score.OfSteps(new(0, 0.3), new(1, 0.2)), (Scored)Score.OfSteps(new(0, 0.2), new(1, 0.3))];
        Assert.True(new LeaveOneOut().IsFlat(steps));
        Assert.False(new ProcessRelative().IsFlat(steps));
        Assert.True(new ProcessRelative().IsFlat([steps[0] with { Steps = [] }, steps[1] with { Steps = [] }]));

        static Scored Graded(double total, params (string, double)[] parts) => (Scored)Score.Of(total, parts);
    }

    // Each group is scored before the sampler goes on to the next one; rewards that began after sampling would keep it waiting for ever.
    [Fact]
    public void Slow_rewards_run_side_by_side_while_sampling_goes_on()
    {
        var (scored, running, most) = (0, 0, 0);
        var gate = new object();
        using var training = new TinyTraining(
            Options,
            completion =>
            {
                lock (gate)
                    most = Math.Max(most, ++running);
                Thread.Sleep(50);
                lock (gate)
                    (running, scored) = (running - 1, scored + 1);
                return TinyTraining.Letters(completion);
            },
            sampler => new WaitingSampler(sampler, given => SpinWait.SpinUntil(() => Volatile.Read(ref scored) == given, TimeSpan.FromSeconds(20))));
        using var batch = training.Collect().Batch;
        Assert.Equal(16, scored);
        Assert.InRange(most, 2, 4);
    }

    private static RunOptions Refilling(int rounds) => Options with { Rollout = Options.Rollout with { MaxRefills = rounds } };

    private static IEnumerable<string> Ids(TinyTraining training, params int[] problems) =>
        problems.Select(problem => training.Source.Training(problem).Id);

    /// <summary>Waits after each group, but the last, for something to happen to all completions that it has given.</summary>
    private sealed class WaitingSampler(ISampler sampler, Func<int, bool> happened) : ISampler
    {
        public bool SharesNumerics => sampler.SharesNumerics;

        public void Sample(
            IReadOnlyList<IReadOnlyList<int>> prompts,
            int samplesPerPrompt,
            Sampling sampling,
            SampleSeed seed,
            Action<CompletionGroup> onGroup,
            CancellationToken cancel)
        {
            var groups = 0;
            sampler.Sample(prompts, samplesPerPrompt, sampling, seed, Give, cancel);

            void Give(CompletionGroup group)
            {
                onGroup(group);
                if (++groups < prompts.Count)
                    Assert.True(happened(groups * samplesPerPrompt), $"Nothing scored the {groups} groups that were given.");
            }
        }
    }
}
