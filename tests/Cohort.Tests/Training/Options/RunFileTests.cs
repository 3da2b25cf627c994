using System.Text.Json.Nodes;
using Cohort.Data.Tasks;
using Cohort.Losses;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

public sealed class RunFileTests
{
    private static readonly RunOptions Run = new() { Model = new FolderModel { Path = "/models/tiny" } };
    private const string Model = "model.path=/models/tiny";

    [Fact]
    public void What_is_not_given_keeps_its_default() => Assert.Equal(Run, RunFile.ReadRun("", [Model]));

    [Fact]
    public void A_run_file_may_have_comments_and_trailing_commas()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("run.json"), """
            {
              // the base that `cohort sft` made
              "model": { "path": "/models/tiny", },
              "seed": 18446744073709551615, /* the largest */
              "rollout": { "temperature": 7e-1, "promptsPerStep": 1.6e1 },
            }
            """);

        var expected = Run with { Seed = ulong.MaxValue, Rollout = new() { Temperature = 0.7, PromptsPerStep = 16 } };
        Assert.Equal(expected, RunFile.ReadRun(folder.File("run.json"), []));
    }

    [Fact]
    public void Settings_come_after_the_file_and_in_their_order()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("sft.json"), """{"model": {"kind": "new", "layers": 5}, "steps": 7, "batchRows": 9}""");

        string[] sets = ["steps=70", "steps=71", "data.task=countdown", "optimizer.learningRate=0.003"];
        var options = RunFile.ReadSft(folder.File("sft.json"), sets);

        var expected = new SftOptions
        {
            Model = new NewModel { Layers = 5 },
            Steps = 71,
            BatchRows = 9,
            Data = new TaskData { Task = TaskName.Countdown },
            Optimizer = new AdamOptions { LearningRate = 0.003 },
        };
        Assert.Equal(expected, options);
    }

    [Theory]
    [InlineData("data.path=a=b.jsonl", "a=b.jsonl")]
    [InlineData("data={\"kind\": \"file\", \"path\": \"c d.jsonl\"}", "c d.jsonl")]
    [InlineData("data={\"path\": \"e.jsonl\"}", "e.jsonl")]
    public void A_setting_may_be_text_or_json(string set, string file)
    {
        var options = RunFile.ReadRun("", [Model, set]);
        Assert.Equal(new FileData { Path = Path.Combine(Directory.GetCurrentDirectory(), file) }, options.Data);
    }

    [Fact]
    public void Relative_paths_are_relative_to_the_run_file()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("inner"));
        File.WriteAllText(folder.File("inner/run.json"), """{"model": {"path": "../base"}, "data": {"path": "problems.jsonl"}}""");

        var options = RunFile.ReadRun(folder.File("inner/run.json"), []);

        Assert.Equal(new FolderModel { Path = folder.File("base") }, options.Model);
        Assert.Equal(new FileData { Path = folder.File("inner/problems.jsonl") }, options.Data);
    }

    [Fact]
    public void A_kind_that_is_not_named_is_the_defaults_or_the_only_one_with_the_keys()
    {
        var options = RunFile.ParseRun("""
            {"model": {"hiddenSize": 48}, "data": {"noise": 0.25}, "reward": {"deadlineSeconds": 3}, "optimizer": {"momentum": 0.9}}
            """, []);

        Assert.Equal(new NewModel { HiddenSize = 48 }, options.Model);
        Assert.Equal(new TaskData { Noise = 0.25 }, options.Data);
        Assert.Equal(new AutomaticReward { DeadlineSeconds = 3 }, options.Reward);
        Assert.Equal(new SgdOptions { Momentum = 0.9 }, options.Optimizer);
        Assert.Equal(new AdamOptions { WeightDecay = 0.2 }, RunFile.ReadRun("", [Model, "optimizer.weightDecay=0.2"]).Optimizer);
    }

    [Fact]
    public void A_kind_may_stand_anywhere_in_its_object()
    {
        var options = RunFile.ParseRun("""{"reward": {"deadlineSeconds": 3, "kind": "number"}}""", [Model]);
        Assert.Equal(new NumberMatch { DeadlineSeconds = 3 }, options.Reward);
    }

    [Theory]
    [InlineData("algorithm=grpo")]
    [InlineData("algorithm.preset=grpo")]
    [InlineData("algorithm={}")]
    public void Grpo_is_a_preset_and_the_default(string set) =>
        Assert.Equal(AlgorithmOptions.Grpo, RunFile.ReadRun("", [Model, set]).Algorithm);

    [Fact]
    public void A_preset_is_named_alone_or_overridden_in_parts()
    {
        Assert.Equal(AlgorithmOptions.Ppo, RunFile.ParseRun("""{"algorithm": "ppo"}""", [Model]).Algorithm);
        var expected = AlgorithmOptions.Ppo with
        {
            Advantage = new CriticAdvantage { Lambda = 0.9, Critic = new() { Start = new FreshCritic { Layers = 3 }, Coefficient = 0.7 } },
            Loss = new ClippedLoss { High = 0.28 },
            NormalizeAdvantages = false,
        };

        const string Json = """
            {"algorithm": {"loss": {"high": 0.28}, "normalizeAdvantages": false, "preset": "ppo",
             "advantage": {"lambda": 0.9, "critic": {"start": {"layers": 3}, "coefficient": 0.7}}}}
            """;
        Assert.Equal(expected, RunFile.ParseRun(Json, [Model]).Algorithm);
        Assert.Equal(expected with { Loss = new ClippedLoss { High = 0.3 } }, RunFile.ParseRun(Json, [Model, "algorithm.loss.high=0.3"]).Algorithm);
    }

    [Fact]
    public void A_setting_can_override_a_preset_that_is_named_alone()
    {
        var options = RunFile.ParseRun("""{"algorithm": "ppo"}""", [Model, "algorithm.reduction=fixedLength"]);
        Assert.Equal(AlgorithmOptions.Ppo with { Reduction = Reduction.FixedLength }, options.Algorithm);
        Assert.Equal(AlgorithmOptions.Grpo, RunFile.ParseRun("""{"algorithm": "ppo"}""", [Model, "algorithm=grpo"]).Algorithm);
    }

    [Fact]
    public void Another_kind_than_the_presets_replaces_it_with_its_own_defaults()
    {
        var critic = RunFile.ParseRun("""{"algorithm": {"advantage": {"kind": "critic", "discount": 0.99}}}""", [Model]).Algorithm;
        Assert.Equal(AlgorithmOptions.Grpo with { Advantage = new CriticAdvantage { Discount = 0.99 } }, critic);

        var group = RunFile.ParseRun("""{"algorithm": {"preset": "ppo", "advantage": {"kind": "group"}}}""", [Model]).Algorithm;
        Assert.Equal(AlgorithmOptions.Ppo with { Advantage = new GroupRelative() }, group);
    }

    [Fact]
    public void The_kind_that_stands_already_keeps_its_values()
    {
        var reader = new OptionsReader(Run with { Reward = new ExactMatch { DeadlineSeconds = 3 } });
        var given = JsonNode.Parse("""{"reward": {"kind": "exact", "largestUnscoredShare": 0.1}}""")!.AsObject();
        var expected = Run with { Reward = new ExactMatch { DeadlineSeconds = 3, LargestUnscoredShare = 0.1 } };
        Assert.Equal(expected, reader.Read(given));
    }

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        var random = new Random(20250611);
        for (var i = 0; i < 300; i++)
        {
            var defaults = new CommonOptions[] { new RunOptions(), new SftOptions(), new RewardModelOptions() }[i % 3];
            var options = (CommonOptions)RandomOptions.Like(defaults, random);
            var reader = new OptionsReader(defaults);

            Assert.Equal(options, reader.Read(JsonNode.Parse(RunFile.Write(options))!.AsObject()));
            Assert.Empty(reader.Problems);
        }
    }

    [Fact]
    public void A_written_file_has_every_option_and_can_be_read()
    {
        var options = Run with { Algorithm = AlgorithmOptions.Ppo, Data = new FileData { Path = "/data/größe \"1\".jsonl" } };
        var json = RunFile.Write(options);

        Assert.Equal(options, RunFile.ParseRun(json, []));
        Assert.StartsWith("{\n  \"seed\": 1,\n  \"threads\": 0,\n  \"device\": \"auto\",\n  \"dtype\": \"auto\",\n  \"model\": {\n    \"kind\": \"folder\",\n", json);
        Assert.DoesNotContain("\"rows\"", json);
    }

    [Fact]
    public void No_number_may_be_infinite_since_no_run_file_could_hold_it()
    {
        foreach (var option in OptionList.Of(new RunOptions()).Where(o => o.Values == typeof(double)))
        {
            var key = OptionsJson.Keys(Concrete(option)).Single(k => option.Path.EndsWith("." + k.Name));
            Assert.Throws<ArgumentOutOfRangeException>(() => key.Set!(OptionsJson.Create(Concrete(option)), double.PositiveInfinity));
        }

        static Type Concrete(OptionEntry option) => !option.Owner.IsAbstract ? option.Owner
            : OptionsJson.Kinds(option.Owner)[0].Type;
    }
}
