using System.Text.Json;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tests.Cli;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class MemoryPlanTests
{
    private static readonly RunOptions Grpo = new()
    {
        Model = new NewModel { HiddenSize = 32, Layers = 2, Heads = 4, KeyValueHeads = 2 },
        Rollout = new() { PromptsPerStep = 3, SamplesPerPrompt = 5 },
        Update = new() { MicroBatchRows = 2 },
    };

    private static readonly RunOptions Unmeasured = Grpo with { Evaluation = new() { Every = 0 } };

    [Theory]
    [InlineData(false, 494_032_768)]
    [InlineData(true, 494_032_768 + (151_936 * 896))]
    public void The_weights_of_half_a_billion_parameters_are_counted_from_the_shape(bool separateHead, long expected)
    {
        var config = new ModelConfig
        {
            Family = ModelFamily.Qwen2,
            VocabularySize = 151_936,
            HiddenSize = 896,
            IntermediateSize = 4864,
            Layers = 24,
            Heads = 14,
            KeyValueHeads = 2,
            HeadSize = 64,
            ContextLength = 512,
            TieEmbeddings = !separateHead,
        };
        var plan = new MemoryForecast(Grpo, config, longest: 20).Plan();

        Assert.Equal(expected, plan.Parameters);
        Assert.All(plan.Phases, phase => Assert.Equal(4 * expected, phase.Bytes[MemoryUse.Weights]));
        Assert.All(plan.Phases, phase => Assert.True(phase.Bytes[MemoryUse.Optimizer] >= 8 * expected));
    }

    [Fact]
    public void The_count_is_that_of_the_network()
    {
        foreach (var config in new[] { TinyModels.Shape, TinyModels.Shape with { TieEmbeddings = true, Layers = 3, Family = ModelFamily.Qwen2 } })
        {
            using var model = new LanguageModel(config);
            Assert.Equal(Weights.Count(model), new MemoryForecast(Grpo, config, longest: 20).Plan().Parameters);
        }
    }

    [Fact]
    public void Each_phase_has_what_it_uses()
    {
        var kl = new KlPenalty { Coefficient = 0.1, Estimator = KlEstimator.K3 };
        var plan = RunPlan.Of(Unmeasured with { Algorithm = Grpo.Algorithm with { Kl = kl } }).Memory();
        Assert.Equal(["rollout", "log-probs", "update", "optimizer step"], plan.Phases.Select(phase => phase.Name));
        Assert.Equal(["rollout"], With(MemoryUse.KvCache));
        Assert.Equal(["update", "optimizer step"], With(MemoryUse.Gradients));
        Assert.Equal(4, With(MemoryUse.Reference).Count);
        Assert.Empty(With(MemoryUse.Critic));
        Assert.Equal(15 * plan.Options.Rollout.MaxNewTokens, plan.TokensPerStep);

        // Two layers of 2 * 2 heads of 8 in float32, for 15 rows and 3 prompts. The tensor library keeps the prompt with each row, and copies one layer's keys
        // and values where rows finish.
        var (completion, tokens) = (plan.Options.Rollout.MaxNewTokens, 2 * (2 * 2 * 8 * 4L));
        Assert.Equal(tokens * ((15 * completion) + (3 * (plan.LongestSequence - completion))), plan.Phases[0].Bytes[MemoryUse.KvCache]);
        var torch = RunPlan.Of(Unmeasured with { Rollout = Unmeasured.Rollout with { Sampler = SamplerKind.Torch } }).Memory();
        Assert.Equal(tokens * 15 * plan.LongestSequence * 2, torch.Phases[0].Bytes[MemoryUse.KvCache]);

        // A small model's packed weights stay; a large one's are there in the rollout alone.
        Assert.All(plan.Phases, phase => Assert.Equal(4 * plan.Parameters, phase.Bytes[MemoryUse.SamplerWeights]));
        Assert.All(torch.Phases, phase => Assert.DoesNotContain(MemoryUse.SamplerWeights, phase.Bytes.Keys));

        IReadOnlyList<string> With(MemoryUse use) => [.. plan.Phases.Where(phase => phase.Bytes.ContainsKey(use)).Select(phase => phase.Name)];
    }

    // 15 prompts make 8 parts of at most 2 prompts: with 5 completions each, 10 rows go through the network together.
    [Fact]
    public void Measured_steps_have_a_second_gradient_and_larger_batches_of_held_out_answers()
    {
        var measured = Unmeasured with
        {
            Rollout = new() { PromptsPerStep = 15, SamplesPerPrompt = 5, Sampler = SamplerKind.Torch },
            Update = new() { MicroBatchRows = 256 },
            Evaluation = new() { Every = 0, Curve = new() { Points = 4, Problems = 30, Samples = 6 } },
        };
        var plan = RunPlan.Of(measured).Memory();
        Assert.Equal(["rollout", "gradient noise", "update", "optimizer step", "evaluation"], plan.Phases.Select(phase => phase.Name));
        var (noise, update) = (plan.Phases[1].Bytes, plan.Phases[2].Bytes);
        Assert.Equal(4 * plan.Parameters, noise[MemoryUse.Measurement]);
        Assert.Equal(update[MemoryUse.Gradients], noise[MemoryUse.Gradients]);
        Assert.Equal(update[MemoryUse.Activations], noise[MemoryUse.Activations] * 75 / 10, 8.0);
        Assert.Equal(plan.Phases[0].Bytes[MemoryUse.KvCache] * (30 * 6), plan.Phases[4].Bytes[MemoryUse.KvCache] * 75);
        Assert.Contains((plan with { Phases = [plan.Phases[1]] }).Remedies(), remedy => remedy.StartsWith("evaluation.every=0,", StringComparison.Ordinal));
        Assert.DoesNotContain((plan with { Phases = [plan.Phases[4]] }).Remedies(), remedy => remedy.StartsWith("evaluation.", StringComparison.Ordinal));

        var few = RunPlan.Of(measured with { Evaluation = new() { Every = 3, Problems = 40 }, Rollout = measured.Rollout with { LargestBatch = 7 } }).Memory();
        Assert.Equal(few.Phases[0].Bytes[MemoryUse.KvCache] * 7, few.Phases[4].Bytes[MemoryUse.KvCache] * 5);
    }

    [Fact]
    public void A_critic_like_the_policy_takes_as_much_and_learns_in_a_phase_of_its_own()
    {
        var plan = RunPlan.Of(Grpo with { Algorithm = AlgorithmOptions.Ppo }).Memory();
        var critic = plan.Phases.Single(phase => phase.Name == "critic update");
        Assert.True(critic.Bytes[MemoryUse.Critic] > plan.Phases[0].Bytes[MemoryUse.Critic]);
    }

    [Fact]
    public void A_reference_in_bfloat16_takes_half()
    {
        var plain = ReferenceOf(WeightType.Auto);
        Assert.Equal(4 * new MemoryForecast(Grpo, TinyModels.Shape, longest: 20).Plan().Parameters, plain);
        Assert.Equal(plain, 2 * ReferenceOf(WeightType.Bfloat16));

        static long ReferenceOf(WeightType type) =>
            Tiny(Grpo with { Algorithm = Grpo.Algorithm with { Kl = new() { Coefficient = 0.1, ReferenceType = type } } }).Phases[0].Bytes[MemoryUse.Reference];
    }

    // The tiny shape's layer: q and o [16, 16], k and v [8, 16], gate and up [32, 16], down [16, 32].
    [Theory]
    [InlineData("all-linear", 3 * ((16 + 16) + (16 + 8) + (16 + 8) + (16 + 16) + (16 + 32) + (16 + 32) + (32 + 16)))]
    [InlineData("q_proj,v_proj", 3 * ((16 + 16) + (16 + 8)))]
    public void Of_a_policy_with_an_adapter_only_A_and_B_learn_and_the_base_is_the_reference(string targets, long trained)
    {
        using var network = TinyModels.Policy();
        var parameters = Weights.Count(network);
        Adapters.Attach(network, targets, new(3, 6, false), seed: 4);
        Assert.Equal(trained, network.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()));

        var plan = Tiny(Adapted(AlgorithmOptions.Ppo with { Kl = new() { Coefficient = 0.1 } }, new LowRankOptions { Rank = 3, Targets = targets }));
        Assert.Equal((parameters, trained), (plan.Parameters, plan.TrainedParameters));
        var rollout = plan.Phases[0].Bytes;
        Assert.Equal((4 * (parameters + trained), 8 * trained), (rollout[MemoryUse.Weights], rollout[MemoryUse.Optimizer]));
        Assert.Equal(4 * trained, plan.Phases.Single(phase => phase.Name == "optimizer step").Bytes[MemoryUse.Gradients]);
        Assert.All(plan.Phases, phase => Assert.DoesNotContain(MemoryUse.Reference, phase.Bytes));

        // Its own adapter, a head of 16 inputs, and two moments of each.
        Assert.Equal((4 + 8) * (trained + 16), rollout[MemoryUse.Critic]);
    }

    [Fact]
    public void A_saved_adapter_counts_its_file_and_has_a_frozen_copy_as_reference()
    {
        using var folder = new TemporaryFolder();
        using var network = TinyModels.Policy();
        Adapters.Attach(network, "q_proj,v_proj", new(5, 6, false), seed: 4);
        AdapterFolder.Save(network, folder.Path, "", dropout: 0);
        var plan = Tiny(Adapted(Grpo.Algorithm with { Kl = new() { Coefficient = 0.1 } }, new SavedAdapter { Path = folder.Path }));
        Assert.Equal(5 * ((16 + 16) + (16 + 8)), plan.TrainedParameters);
        Assert.All(plan.Phases, phase => Assert.Equal(4 * plan.TrainedParameters, phase.Bytes[MemoryUse.Reference]));
    }

    // The networks that are timed have one layer and two.
    [Fact]
    public void A_step_is_timed_where_the_adapters_target_is_a_layer_of_the_whole_model_alone()
    {
        var adapter = new LowRankOptions { Rank = 3, Targets = "layers.2.mlp.up_proj, layers.0.self_attn.q_proj" };
        Assert.True(RunPlan.Of(Grpo with { Model = (NewModel)Grpo.Model with { Layers = 3, Adapter = adapter } }).Time().Seconds > 0);
    }

    [Fact]
    public void Recomputing_and_smaller_micro_batches_take_less()
    {
        var kept = Activations(Grpo with { Update = new() { MicroBatchRows = 4, RecomputeActivations = Recomputation.Never } });
        var half = Activations(Grpo with { Update = new() { MicroBatchRows = 2, RecomputeActivations = Recomputation.Never } });
        var recomputed = Activations(Grpo with { Update = new() { MicroBatchRows = 4, RecomputeActivations = Recomputation.Always } });
        Assert.Equal(kept, 2 * half);
        Assert.True(recomputed < kept);

        static long Activations(RunOptions options) =>
            RunPlan.Of(options).Memory().Phases.Single(phase => phase.Name == "update").Bytes[MemoryUse.Activations];
    }

    [Theory]
    [InlineData(0.05, 1, Recomputation.Always)]
    [InlineData(1.5, 4, Recomputation.Never)]
    [InlineData(1000, 256, Recomputation.Never)]
    public void Micro_batches_fill_their_budget(double gibibytes, int rows, Recomputation recomputation)
    {
        var config = new ModelConfig { VocabularySize = 1000, HiddenSize = 896, IntermediateSize = 4864, Layers = 24, Heads = 14, KeyValueHeads = 2, HeadSize = 64 };
        var plan = MicroBatchPlan.Choose(0, Recomputation.Auto, gibibytes, config, longest: 137, inOnePass: false);

        Assert.Equal((rows, recomputation), (plan.Rows, plan.Recomputation));
        Assert.Equal(7, MicroBatchPlan.Choose(7, Recomputation.Never, gibibytes, config, longest: 137, inOnePass: false).Rows);
    }

    [Fact]
    public void The_command_prints_the_peak_and_the_time_of_a_step()
    {
        string[] options = ["plan", "--set", "model.kind=new", "--set", "data.task=sort", "--set", "rollout.promptsPerStep=2", "--calibrate"];
        var json = CommandLine.Succeed([.. options, "--json"]).Json;
        Assert.True(json.GetProperty("fits").GetBoolean());
        var uses = json.GetProperty("phases")[0].GetProperty("uses").EnumerateObject().Select(use => use.Name);
        Assert.Equal(["runtime", "weights", "optimizer", "sampler_weights", "kv_cache", "activations", "log_prob_chunks"], uses);
        Assert.Equal(
            json.GetProperty("phases").EnumerateArray().Max(phase => phase.GetProperty("bytes").GetInt64()), json.GetProperty("peak_bytes").GetInt64());
        Assert.True(json.GetProperty("time").GetProperty("seconds").GetDouble() > 0);
        Assert.Contains("fits this machine's", CommandLine.Succeed(options).Output);
    }

    private static MemoryPlan Tiny(RunOptions options) => new MemoryForecast(options, TinyModels.Shape, longest: 20).Plan();

    private static RunOptions Adapted(AlgorithmOptions algorithm, AdapterOptions adapter) =>
        Grpo with { Model = new NewModel { Adapter = adapter }, Algorithm = algorithm };
}
