using Cohort.Training;

namespace Cohort.Tests.Training.Options;

public sealed class OptionsDifferenceTests
{
    private static readonly RunOptions Run = new() { Threads = 2, Model = new FolderModel { Path = "/m" } };

    [Fact]
    public void Equal_options_have_no_difference() => Assert.Empty(OptionsDifference.Between(Run, Run with { Rollout = new() }));

    [Fact]
    public void Every_option_is_compared_and_only_these_may_change()
    {
        string[] mayChange = ["budget.steps", "budget.tokens", "checkpoints.every", "checkpoints.keep", "data.heldOutPath", "data.path", "device",
            "evaluation.patience", "evaluation.stopAt", "recomputeActivations", "reward.concurrency", "reward.deadlineSeconds",
            "reward.keyVariable", "reward.largestUnscoredShare", "reward.replySeconds", "reward.retries", "reward.tokenVariable",
            "reward.url", "reward.workers", "rollout.loggedPrompts", "rollout.saveAll", "steps", "threads", "update.recomputeActivations"];
        var allowed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var defaults in new CommonOptions[] { new RunOptions(), new SftOptions(), new RewardModelOptions() })
        {
            foreach (var option in OptionList.Of(defaults).Where(o => !o.Path.EndsWith(".kind", StringComparison.Ordinal)))
            {
                var (saved, asked) = Differing(defaults, option);
                var change = Assert.Single(OptionsDifference.Between(saved, asked));
                Assert.Equal(option.Path, change.Path);
                if (change.Effect != ResumeEffect.Refused)
                    allowed.Add(option.Path);
            }
        }

        Assert.Equal(mayChange, allowed);
    }

    [Fact]
    public void Options_that_say_nothing_do_not_depart_from_the_defaults() => Assert.Empty(OptionsDifference.FromDefaults(new RunOptions()));

    [Fact]
    public void Departures_have_value_and_default_and_those_of_another_kind_no_default()
    {
        var departures = OptionsDifference.FromDefaults(Run with { Model = new NewModel { Layers = 5 }, Seed = 7 });
        Assert.Contains(("seed", "7", "1"), departures);
        Assert.Contains(("threads", "2", "0"), departures);
        Assert.Contains(("model.kind", "\"new\"", "\"folder\""), departures);
        Assert.Contains(("model.layers", "5", ""), departures);
        Assert.DoesNotContain(departures, departure => departure.Path.StartsWith("rollout.", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_kind_is_one_change()
    {
        var asked = Run with { Algorithm = Run.Algorithm with { Advantage = new CriticAdvantage() } };
        var change = Assert.Single(OptionsDifference.Between(Run, asked));
        Assert.Equal(new OptionChange("algorithm.advantage.kind", "\"group\"", "\"critic\"", ResumeEffect.Refused), change);
    }

    [Fact]
    public void A_change_of_the_past_is_refused_with_both_values_and_the_remedy()
    {
        var change = Assert.Single(OptionsDifference.Between(Run, Run with { Optimizer = new AdamOptions { LearningRate = 0.003 } }));
        Assert.Equal("optimizer.learningRate is 0.003, but the run was started with 0.0002, and the change would alter steps that are "
            + "done; keep 0.0002, or start a new run directory.", change.Message);
    }

    [Theory]
    [InlineData("/a/held.jsonl", "/b/held.jsonl", ResumeEffect.Exact)]
    [InlineData("", "/b/held.jsonl", ResumeEffect.Refused)]
    [InlineData("/a/held.jsonl", "", ResumeEffect.Refused)]
    public void A_held_out_file_may_move_but_not_come_or_go(string saved, string asked, ResumeEffect effect)
    {
        var change = Assert.Single(OptionsDifference.Between(Held(saved), Held(asked)));
        Assert.Equal(("data.heldOutPath", effect), (change.Path, change.Effect));

        static RunOptions Held(string path) => Run with { Data = new FileData { Path = "/data.jsonl", HeldOutPath = path } };
    }

    [Fact]
    public void A_longer_run_is_allowed()
    {
        var change = Assert.Single(OptionsDifference.Between(Run, Run with { Budget = new() { Steps = 200 } }));
        Assert.Equal(ResumeEffect.Exact, change.Effect);
        Assert.Equal("budget.steps goes from 100 to 200.", change.Message);
    }

    [Fact]
    public void A_rate_that_falls_with_the_steps_alone_does_not_mind_a_longer_run()
    {
        var run = Run with { Optimizer = new SgdOptions { Schedule = LearningRateSchedule.InverseSquareRoot } };
        var change = Assert.Single(OptionsDifference.Between(run, run with { Budget = new() { Steps = 200 } }));
        Assert.Equal(ResumeEffect.Exact, change.Effect);
    }

    [Fact]
    public void A_longer_run_whose_learning_rate_falls_is_announced()
    {
        var falling = new AdamOptions { Schedule = LearningRateSchedule.Cosine };
        var policy = Run with { Optimizer = falling };
        var critic = Run with
        {
            Algorithm = AlgorithmOptions.Ppo with { Advantage = new CriticAdvantage { Critic = new() { Optimizer = falling } } },
        };
        foreach (var run in new[] { policy, critic })
        {
            var change = Assert.Single(OptionsDifference.Between(run, run with { Budget = new() { Steps = 200 } }));
            Assert.Equal("budget.steps goes from 100 to 200: the learning rate runs over the budget, so that the steps already done had "
                + "other rates than in a run of this length.", change.Message);
        }
    }

    [Fact]
    public void Other_threads_are_announced()
    {
        var change = Assert.Single(OptionsDifference.Between(Run, Run with { Threads = 4 }));
        Assert.Equal(ResumeEffect.OtherRounding, change.Effect);
        Assert.Equal("threads goes from 2 to 4: sums are rounded differently from here on, so that the run is not bit for bit the one that "
            + "was never interrupted.", change.Message);
    }

    [Fact]
    public void What_was_chosen_when_the_run_started_stays_chosen()
    {
        var saved = Run with { Update = new() { MicroBatchRows = 16 } };
        Assert.Equal(saved, OptionsDifference.KeepChoices(saved, Run with { Threads = 0 }));
        Assert.Equal(4, OptionsDifference.KeepChoices(saved, Run with { Threads = 4 }).Threads);
        var dated = Run with { Data = new TaskData { Today = "2024-07-26" } };
        Assert.Equal("2024-07-26", OptionsDifference.KeepChoices(dated, Run).Data.Today);
        Assert.Equal("2024-07-27", OptionsDifference.KeepChoices(dated, Run with { Data = new TaskData { Today = "2024-07-27" } }).Data.Today);
        var sft = new SftOptions { Threads = 3, MicroBatchRows = 8 };
        Assert.Equal(sft, OptionsDifference.KeepChoices(sft, new SftOptions()));
        Assert.Equal(5, OptionsDifference.KeepChoices(sft, new SftOptions { MicroBatchRows = 5 }).MicroBatchRows);
    }

    [Fact]
    public void Fine_tuning_and_training_are_not_compared()
    {
        var error = Assert.Throws<ArgumentException>(() => OptionsDifference.Between(new SftOptions(), Run));
        Assert.Equal("SftOptions were saved, and RunOptions are asked for. (Parameter 'asked')", error.Message);
    }

    // The kinds around an option are set the same on both sides; then one side gets another value.
    private static (CommonOptions Saved, CommonOptions Asked) Differing(CommonOptions defaults, OptionEntry option)
    {
        var random = new Random(11);
        while (true)
        {
            var saved = (CommonOptions)RandomOptions.Like(defaults, random);
            var asked = (CommonOptions)OptionsJson.Copy(saved);
            if (RandomOptions.Change(asked, option.Path.Split('.'), random) && saved != asked)
                return (saved, asked);
        }
    }
}
