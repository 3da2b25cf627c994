using System.Reflection;
using System.Text.Json.Serialization;
using Cohort.Audit;
using Cohort.Losses;
using Cohort.Training;

namespace Cohort.Tests.Audit;

public sealed class AuditRunTests
{
    // Where every group is summed over, what is exact is so to rounding.
    private const double Rounding = 1e-8;

    private static readonly Lazy<AuditResult> Small = new(() => AuditRun.Of(
        new() { Policy = AuditedPolicy.Table, SamplesPerPrompt = 2, Length = 4 }, _ => { }, CancellationToken.None));

    private static readonly string[] Biased =
        ["batch whitening (REINFORCE++)", "1/|o| (GRPO)", "k3 in the reward", "trained V, λ 0", "left out of the loss (overlong filter)"];

    private static IEnumerable<AuditRow> Rows => Small.Value.Subjects.SelectMany(subject => subject.Sections).SelectMany(section => section.Rows);

    [Theory]
    [InlineData(typeof(AdvantageOptions), "algorithm.advantage.kind=")]
    [InlineData(typeof(PolicyLoss), "algorithm.loss.kind=")]
    [InlineData(typeof(TruncationOptions), "algorithm.truncation.kind=")]
    public void Every_kind_of_option_is_in_the_audit(Type options, string key)
    {
        var kinds = options.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => $"{key}{kind.TypeDiscriminator}").ToArray();
        Assert.NotEmpty(kinds);
        Assert.Empty(kinds.Except(Settings()));
    }

    [Theory]
    [InlineData(typeof(Reduction), "algorithm.reduction=")]
    [InlineData(typeof(KlEstimator), "algorithm.kl.estimator=")]
    [InlineData(typeof(KlPlacement), "algorithm.kl.placement=")]
    [InlineData(typeof(OffPolicyMethod), "algorithm.offPolicy.method=")]
    [InlineData(typeof(OffPolicyLevel), "algorithm.offPolicy.level=")]
    public void Every_choice_of_an_enumeration_is_in_the_audit(Type choices, string key)
    {
        var names = Enum.GetNames(choices).Select(name => $"{key}{char.ToLowerInvariant(name[0])}{name[1..]}").ToArray();
        Assert.NotEmpty(names);
        Assert.Empty(names.Except(Settings()));
    }

    [Fact]
    public void Every_setting_is_one_that_a_run_takes()
    {
        foreach (var settings in Rows.Select(row => row.Settings).Where(settings => settings != "").Distinct())
            RunFile.ParseRun("{}", [.. settings.Split(' '), "model.path=model"]);
    }

    [Fact]
    public void What_is_said_to_be_exact_is_exact()
    {
        var exact = Rows.Where(row => row.IsExact).ToArray();
        Assert.All(exact, row => Assert.True(row.Deviation < Rounding + (4 * row.StandardError), $"{row.Name}: {row}"));
        Assert.True(exact.Count(row => row.StandardError == 0) > 30);
    }

    [Fact]
    public void REINFORCE_is_worth_itself_and_a_wrong_critic_less_than_an_exact_one()
    {
        foreach (var subject in Small.Value.Subjects)
        {
            Assert.Equal(1, Row(subject, "no baseline").EffectiveSampleSize!.Value, Rounding);
            Assert.True(Row(subject, "exact V, λ 0").EffectiveSampleSize > 2 * Row(subject, "wrong V, λ 0").EffectiveSampleSize);
        }
    }

    // A greedy completion of each prompt is sampled beside G others.
    [Fact]
    public void Greedy_completions_count_as_tokens()
    {
        foreach (var subject in Small.Value.Subjects)
        {
            var more = Row(subject, "greedy baseline (ReMax)").TokensPerBatch - Row(subject, "leave-one-out (RLOO)").TokensPerBatch;
            Assert.InRange(more, 3, 12);
            Assert.Equal(subject.TokensPerBatch, Row(subject, "leave-one-out (RLOO)").TokensPerBatch, Rounding);
        }
    }

    [Fact]
    public void Known_biases_are_measured()
    {
        foreach (var subject in Small.Value.Subjects)
        {
            foreach (var name in Biased)
                Assert.True(Row(subject, name).Cosine < 0.9999, $"{subject.Name}, {name}: {Row(subject, name)}");

            Assert.Equal(0, Row(subject, "k1 in the loss, no weight").RelativeNorm, Rounding);
            Assert.Equal(0, Row(subject, "k1 in the loss, no weight").EffectiveSampleSize);
        }
    }

    [Fact]
    public void Token_ratios_are_the_more_biased_the_staler_the_data_and_the_clip_costs_direction()
    {
        foreach (var subject in Small.Value.Subjects)
        {
            var stale = subject.Sections.Where(section => section.Title.Contains("stale", StringComparison.Ordinal)).Select(section => section.Rows).ToArray();
            var token = stale.Select(rows => rows.Single(row => row.Name == "token ratio, no clip")).ToArray();
            Assert.Equal(AuditRun.Staleness.Count, token.Length);
            Assert.Equal(token.OrderBy(row => row.RelativeError), token);
            Assert.All(stale.Zip(token), pair => Assert.True(pair.First.Single(row => row.Name == "clipped (PPO)").Cosine < pair.Second.Cosine));
        }
    }

    [Fact]
    public void Prompts_are_easy_even_and_hard()
    {
        var rates = Small.Value.Subjects[0].PassRates;
        Assert.Equal(3, rates.Count);
        Assert.InRange(rates[0], 0.78, 0.92);
        Assert.InRange(rates[1], 0.33, 0.47);
        Assert.InRange(rates[2], 0.03, 0.08);
    }

    // What the field argues about shows on the default problem, on the table.
    [Fact]
    public void Deviations_reductions_and_group_size_turn_the_direction()
    {
        var (four, eight) = (Of(4), Of(8));
        Assert.InRange(eight["group deviation (GRPO)"].Perpendicular, 0.05, 0.5);
        Assert.True(eight["group deviation (GRPO)"].Perpendicular > 1.5 * four["group deviation (GRPO)"].Perpendicular);
        Assert.InRange(eight["group deviation (GRPO)"].Projection, 1.5, 3);
        Assert.InRange(eight["1/|o| (GRPO)"].Cosine, 0.5, 0.95);
        Assert.InRange(eight["batch deviation"].Projection, 1.5, 3);
        Assert.Equal(1 - (1 / 24.0), eight["batch mean with the sample"].Projection, 4 * eight["batch mean with the sample"].StandardError);

        static Dictionary<string, AuditRow> Of(int samplesPerPrompt)
        {
            using var task = new CopyCountTask(new AuditOptions().Length);
            using var subject = AuditedSubject.Table(task, seed: 1);
            using var problem = subject.OnPolicy();
            using var scope = TorchSharp.torch.NewDisposeScope();
            var gradient = problem.Gradient(at => -ExactObjectives.ExpectedScore(task.Tree, at, problem.Scores));
            string[] names = ["group deviation (GRPO)", "batch deviation", "batch mean with the sample", "1/|o| (GRPO)"];
            var audited = AuditedAdvantages.CriticFree(problem, samplesPerPrompt).Concat(AuditedLosses.Reductions(problem, samplesPerPrompt));
            return new EstimatorAudit(samplesPerPrompt, seed: 1)
                .Rows(problem, new("score", gradient, 1), audited.Where(row => names.Contains(row.Estimator.Name))).ToDictionary(row => row.Name);
        }
    }

    [Theory]
    [InlineData("leave-one-out (RLOO)", true)]
    [InlineData("group deviation (GRPO)", true)]
    [InlineData("batch whitening (REINFORCE++)", false)]
    [InlineData("batch mean with the sample", false)]
    public void Groups_by_themselves_give_what_every_batch_gives(string name, bool isPossible)
    {
        using var task = new CopyCountTask(4);
        using var subject = AuditedSubject.Table(task, seed: 2);
        using var problem = subject.OnPolicy();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var estimator = AuditedAdvantages.CriticFree(problem, samplesPerPrompt: 2).Single(row => row.Estimator.Name == name).Estimator;
        Assert.Equal(isPossible, GradientMoments.TryOfGroups(problem, estimator, out var groups));
        if (groups is null)
            return;

        using var batches = GradientMoments.Of(problem, estimator);
        Numbers.Same(batches.Mean, groups.Mean, 1e-12);
        Assert.Equal(batches.Variance, groups.Variance, 1e-12);
        groups.Dispose();
    }

    [Fact]
    public void Identities_hold_to_rounding_and_what_they_do_not_cover_does_not()
    {
        foreach (var identity in Small.Value.Subjects.SelectMany(subject => subject.Identities))
            Assert.True(identity.Holds ? identity.Value < 1e-12 : identity.Value > 0.01, $"{identity}");
    }

    [Fact]
    public void Clip_stops_only_what_it_should()
    {
        foreach (var cell in Small.Value.Clipping)
        {
            var stopped = (cell.Advantage > 0 && cell.Ratio > 1.2) || (cell.Advantage < 0 && cell.Ratio < 0.8);
            Assert.Equal(stopped ? 0 : 1, cell.Kept, 1e-12);
        }

        Assert.Equal(2 * 7, Small.Value.Clipping.Count);
    }

    [Fact]
    public void Product_of_ratios_is_the_objective_and_the_surrogates_only_begin_as_it()
    {
        using var task = new CopyCountTask(4);
        using var transformer = AuditedSubject.Transformer(task, seed: 1);
        Assert.InRange(transformer.ReferenceScore, 0.2, 0.5);
        foreach (var line in new[] { Small.Value.Subjects[0].Surrogate, AuditIdentities.Line(transformer) })
        {
            Assert.Equal(0, line[0].Objective, 1e-12);
            Assert.All(line.Zip(line.Skip(1)), pair => Assert.True(pair.Second.Objective > pair.First.Objective, $"J falls: {pair}"));
            Assert.All(line, point => Assert.Equal(point.Objective, point.Product, 1e-12));
            Assert.Equal(0.5, line[^1].Kl, 1e-9);
            var (slope, token) = (line[1].Objective / line[1].Step, line[1].Token / line[1].Step);
            Assert.InRange(token / slope, 0.8, 1.25);
            Assert.True(Math.Abs(line[^1].Token - line[^1].Objective) > 0.02, $"{line[^1]}");
            Assert.True(line[^1].Clipped < line[^1].Token);
        }
    }

    [Fact]
    public void Normalizing_turns_the_direction_of_small_batches_more()
    {
        foreach (var subject in Small.Value.Subjects)
        {
            Assert.All(subject.Normalization.Where(row => !row.Normalized && row.StandardError == 0), row => Assert.Equal(0, row.RelativeError, Rounding));
            var normalized = subject.Normalization.Where(row => row.Normalized).ToArray();
            Assert.True(normalized[0].Cosine < normalized[^1].Cosine && normalized[^1].Cosine > 0.98, $"{normalized[0]} {normalized[^1]}");
        }
    }

    [Fact]
    public void Length_shares_add_up_and_the_plain_sum_is_exact()
    {
        foreach (var row in Small.Value.Subjects.SelectMany(subject => subject.Lengths))
        {
            Assert.Equal(1, row.ShortRight + row.LongRight + row.ShortWrong + row.LongWrong, 1e-12);
            Assert.True(row.Reduction is not "sum of a response" || row.Cosine > 1 - Rounding, $"{row}");
        }
    }

    // With scores of 0 and 1 all groups of two, or of three, that differ have the same deviation.
    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Dividing_by_the_deviation_turns_the_direction_from_four_samples_on(int samplesPerPrompt, bool keeps)
    {
        using var task = new CopyCountTask(4);
        using var subject = AuditedSubject.Table(task, seed: 1);
        using var problem = subject.OnPolicy();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var gradient = problem.Gradient(at => -ExactObjectives.ExpectedScore(task.Tree, at, problem.Scores));
        var scaled = AuditedAdvantages.CriticFree(problem, samplesPerPrompt).Single(row => row.Estimator.Name == "group deviation (GRPO)");
        var row = new EstimatorAudit(samplesPerPrompt, seed: 1).Row(problem, new("score", gradient, 1), scaled);
        Assert.True(keeps ? row.Perpendicular < Rounding : row.Perpendicular > 1e-3, $"{row}");
    }

    // Groups of 3 of 5 completions for three prompts: 42 875 batches, more than are summed over.
    [Fact]
    public void Many_batches_are_drawn_and_say_so()
    {
        using var task = new CopyCountTask(4);
        using var subject = AuditedSubject.Table(task, seed: 3);
        using var problem = subject.OnPolicy();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var audit = new EstimatorAudit(samplesPerPrompt: 3, seed: 2);
        var gradient = problem.Gradient(at => -ExactObjectives.ExpectedScore(task.Tree, at, problem.Scores));
        var row = audit.Row(problem, new("score", gradient, 1), AuditedAdvantages.CriticFree(problem, samplesPerPrompt: 3)
            .Single(row => row.Estimator.Name == "batch mean with the sample"));
        Assert.InRange(row.StandardError, 1e-3, 0.2);
        Assert.True(row.Deviation < 4 * row.StandardError, $"{row}");
    }

    [Fact]
    public void Same_seed_gives_the_same_bits()
    {
        using var task = new CopyCountTask(4);
        var (first, second) = (Of(1), Of(1));
        Assert.Equal(first[0], first[1]);
        Assert.Equal(first, second);

        double[] Of(ulong seed)
        {
            using var subject = AuditedSubject.Transformer(task, seed);
            return [.. new[] { 0.05, 0.05 }.Select(kl => subject.Stale(kl, (stale, _) => stale.Distributions[0, 0].item<double>()))];
        }
    }

    [Fact]
    public void Sizes_out_of_bounds_are_refused()
    {
        Assert.Contains("[2, 16]", Assert.Throws<ArgumentOutOfRangeException>(() => new AuditOptions { SamplesPerPrompt = 1 }).Message);
        Assert.Contains("[4, 8]", Assert.Throws<ArgumentOutOfRangeException>(() => new AuditOptions { Length = 9 }).Message);
    }

    private static HashSet<string> Settings() => [.. Rows.SelectMany(row => row.Settings.Split(' '))];

    private static AuditRow Row(AuditSubject subject, string name) => subject.Sections.SelectMany(section => section.Rows).First(row => row.Name == name);
}
