using Cohort.Data;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;

namespace Cohort.Tests.Rollouts;

public sealed class EngineSamplerTests
{
    private static readonly SampleSeed Seed = new(11, Purpose.TrainingTokens, 3);

    private static readonly int[][] Prompts =
        [[3, 7, 4], [9, 2], [5, 5, 8, 10, 12, 6, 3], [4], [11, 3, 2, 9], [6, 7], [8, 2, 4, 5, 9, 11], [12, 10, 2]];

    public static TheoryData<string, int, int> FamiliesAndVectors
    {
        get
        {
            var all = new TheoryData<string, int, int>();
            foreach (var family in ModelFamily.All)
                foreach (var vectors in Enum.GetValues<VectorBits>())
                    all.Add(family.ModelType, (int)vectors, 1 + ((int)vectors / 64 % 3));
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndVectors))]
    public void Both_samplers_agree(string family, int vectors, int threads)
    {
        using var model = TinyModels.Policy(config: TinyModels.Of(ModelFamily.All.Single(one => one.ModelType == family)));
        using var engine = new EngineSampler(model, new IdTokenizer(13), threads, vectors: (VectorBits)vectors);
        var oracle = new TorchSampler(model, new IdTokenizer(13));
        foreach (Sampling sampling in new Sampling[] { new RolloutSampling { MaxNewTokens = 12, Temperature = 1.3 }, EvaluationSampling.Greedy with { MaxNewTokens = 12 } })
        {
            var (ours, theirs) = (Sample(engine, sampling), Sample(oracle, sampling));
            foreach (var (one, other) in ours.Zip(theirs))
            {
                Assert.Equal(other.ResponseTokens, one.ResponseTokens);
                foreach (var (a, b) in one.BehaviourLogProbs.Zip(other.BehaviourLogProbs))
                    Assert.Equal(b, a, 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Rows_are_the_same_bits_whatever_is_sampled_beside_them(int threads)
    {
        using var model = TinyModels.Policy(config: TinyModels.Of(ModelFamily.Qwen3));
        using var engine = new EngineSampler(model, new IdTokenizer(13), threads);
        var sampling = new RolloutSampling { MaxNewTokens = 12 };
        var all = Sample(engine, sampling);
        for (var prompt = 0; prompt < Prompts.Length; prompt++)
        {
            var groups = new List<CompletionGroup>();
            engine.Sample([Prompts[prompt]], 2, sampling, Seed with { FirstPrompt = prompt }, groups.Add, default);
            foreach (var (one, other) in all.Where(completion => completion.PromptIndex == prompt).Zip(groups.Single().Completions))
            {
                Assert.Equal(one.ResponseTokens, other.ResponseTokens);
                Assert.Equal(one.BehaviourLogProbs, other.BehaviourLogProbs);
            }
        }
    }

    private static List<Completion> Sample(ISampler sampler, Sampling sampling)
    {
        var groups = new List<CompletionGroup>();
        sampler.Sample(Prompts, 6, sampling, Seed, groups.Add, default);
        return [.. groups.OrderBy(group => group.PromptIndex).SelectMany(group => group.Completions)];
    }
}
