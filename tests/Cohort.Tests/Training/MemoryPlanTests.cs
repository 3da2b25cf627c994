using System.Text.Json;
using Cohort.Losses;
using Cohort.Models;
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
        var plan = RunPlan.Memory(Grpo with { Algorithm = Grpo.Algorithm with { Kl = new KlPenalty { Coefficient = 0.1, Estimator = KlEstimator.K3 } } });
        Assert.Equal(["rollout", "log-probs", "update", "optimizer step"], plan.Phases.Select(phase => phase.Name));
        Assert.Equal(["rollout"], With(MemoryUse.KvCache));
        Assert.Equal(["update", "optimizer step"], With(MemoryUse.Gradients));
        Assert.Equal(4, With(MemoryUse.Reference).Count);
        Assert.Empty(With(MemoryUse.Critic));
        Assert.Equal(15 * plan.Options.Rollout.MaxNewTokens, plan.TokensPerStep);

        // Two layers of 2 * 2 heads of 8 in float32, for 15 rows, and a copy of one layer's keys and values on top.
        var sequence = 15 * plan.LongestSequence;
        Assert.Equal(2 * (2 * 2 * 8 * 4 * 2L) / 2 * sequence * 2, plan.Phases[0].Bytes[MemoryUse.KvCache]);

        IReadOnlyList<string> With(MemoryUse use) => [.. plan.Phases.Where(phase => phase.Bytes.ContainsKey(use)).Select(phase => phase.Name)];
    }

    [Fact]
    public void A_critic_like_the_policy_takes_as_much_and_learns_in_a_phase_of_its_own()
    {
        var plan = RunPlan.Memory(Grpo with { Algorithm = AlgorithmOptions.Ppo });
        var critic = plan.Phases.Single(phase => phase.Name == "critic update");
        Assert.True(critic.Bytes[MemoryUse.Critic] > plan.Phases[0].Bytes[MemoryUse.Critic]);
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
            RunPlan.Memory(options).Phases.Single(phase => phase.Name == "update").Bytes[MemoryUse.Activations];
    }

    [Theory]
    [InlineData(0.05, 1, Recomputation.Always)]
    [InlineData(1.5, 4, Recomputation.Never)]
    [InlineData(1000, 256, Recomputation.Never)]
    public void Micro_batches_fill_their_budget(double gibibytes, int rows, Recomputation recomputation)
    {
        var config = new ModelConfig { VocabularySize = 1000, HiddenSize = 896, IntermediateSize = 4864, Layers = 24, Heads = 14, KeyValueHeads = 2, HeadSize = 64 };
        var plan = MicroBatchPlan.Choose(0, Recomputation.Auto, gibibytes, config, longest: 137);

        Assert.Equal((rows, recomputation), (plan.Rows, plan.Recomputation));
        Assert.Equal(7, MicroBatchPlan.Choose(7, Recomputation.Never, gibibytes, config, longest: 137).Rows);
    }

    [Fact]
    public void The_command_prints_the_peak_and_the_time_of_a_step()
    {
        string[] options = ["plan", "--set", "model.kind=new", "--set", "data.task=sort", "--set", "rollout.promptsPerStep=2", "--calibrate"];
        var json = CommandLine.Succeed([.. options, "--json"]).Json;
        Assert.True(json.GetProperty("fits").GetBoolean());
        Assert.Equal(
            json.GetProperty("phases").EnumerateArray().Max(phase => phase.GetProperty("bytes").GetInt64()), json.GetProperty("peak_bytes").GetInt64());
        Assert.True(json.GetProperty("time").GetProperty("seconds").GetDouble() > 0);
        Assert.Contains("fits this machine's", CommandLine.Succeed(options).Output);
    }
}
