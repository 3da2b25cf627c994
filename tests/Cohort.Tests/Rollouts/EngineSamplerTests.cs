using Cohort.Data;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Tests.Rollouts;

public sealed class EngineSamplerTests
{
    private static readonly SampleSeed Seed = new(11, Purpose.TrainingTokens, 3);

    private static readonly int[][] Prompts =
        [[3, 7, 4], [9, 2], [5, 5, 8, 10, 12, 6, 3], [4], [11, 3, 2, 9], [6, 7], [8, 2, 4, 5, 9, 11], [12, 10, 2]];

    // Every family with this machine's vectors, and the one with windows, norms of queries and keys, and scaled embeddings with all of them.
    public static TheoryData<string, int, int> FamiliesAndVectors
    {
        get
        {
            var all = new TheoryData<string, int, int>();
            foreach (var (index, family) in ModelFamily.All.Index())
            {
                foreach (var vectors in Enum.GetValues<VectorBits>().Where(vectors => vectors == Vectors.Widest || family == ModelFamily.Gemma3))
                    all.Add(family.ModelType, (int)vectors, 1 + (index % 3));
            }

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

    [Fact]
    public void Streamed_completion_is_the_sampled_one()
    {
        using var model = TinyModels.Policy();
        using var engine = new EngineSampler(model, new IdTokenizer(13), threads: 2);
        var sampling = new RolloutSampling { MaxNewTokens = 12 };
        var groups = new List<CompletionGroup>();
        engine.Sample([Prompts[0]], 1, sampling, Seed, groups.Add, default);
        var pieces = new List<string>();
        var streamed = engine.Stream(Prompts[0], sampling, Seed, pieces.Add, default);
        var sampled = groups.Single().Completions.Single();
        Assert.Equal(sampled.ResponseTokens, streamed.ResponseTokens);
        Assert.Equal(sampled.BehaviourLogProbs, streamed.BehaviourLogProbs);
        Assert.Equal(sampled.Text, string.Concat(pieces));
        Assert.NotEmpty(sampled.Text);
    }

    [Fact]
    public void Weights_are_read_anew_in_each_call_unless_they_are_fixed()
    {
        using var model = TinyModels.Policy();
        using var engine = new EngineSampler(model, new IdTokenizer(13), threads: 1);
        using var fixedEngine = new EngineSampler(model, new IdTokenizer(13), threads: 1, areFixed: true);
        var sampling = new RolloutSampling { MaxNewTokens = 4 };
        var before = Sample(engine, sampling)[0].BehaviourLogProbs;
        Assert.Equal(before, Sample(fixedEngine, sampling)[0].BehaviourLogProbs);
        using (no_grad())
        {
            foreach (var parameter in model.parameters())
                parameter.mul_(0.5);
        }

        Assert.NotEqual(before[0], Sample(engine, sampling)[0].BehaviourLogProbs[0]);
        Assert.Equal(before, Sample(fixedEngine, sampling)[0].BehaviourLogProbs);
    }

    [Fact]
    public void Weights_of_16_bits_give_the_distribution_of_the_rounded_model()
    {
        using var model = TinyModels.Policy();
        using var engine = new EngineSampler(model, new IdTokenizer(13), threads: 2, type: PackedType.BFloat16);
        Assert.False(engine.SharesNumerics);
        var ours = Sample(engine, new RolloutSampling { MaxNewTokens = 12 });
        using (no_grad())
        {
            // Norms and biases stay as they are, and what is looked up in place of multiplied.
            foreach (var (_, parameter) in model.named_parameters().Where(pair => pair.parameter.dim() == 2 && !pair.name.Contains("embed")))
            {
                using var scope = NewDisposeScope();
                parameter.copy_(parameter.to_type(ScalarType.BFloat16).to_type(ScalarType.Float32));
            }
        }

        var theirs = Sample(new TorchSampler(model, new IdTokenizer(13)), new RolloutSampling { MaxNewTokens = 12 });
        foreach (var (one, other) in ours.Zip(theirs))
        {
            Assert.Equal(other.ResponseTokens, one.ResponseTokens);
            foreach (var (a, b) in one.BehaviourLogProbs.Zip(other.BehaviourLogProbs))
                Assert.Equal(b, a, 1e-4);
        }
    }

    [Fact]
    public void Tokens_are_drawn_without_allocations()
    {
        using var model = TinyModels.Policy(config: TinyModels.Shape with { EndOfSequence = -1, ContextLength = 128 });
        using var engine = new EngineSampler(model, new Wordless(), threads: 1, areFixed: true);
        var (few, many) = (Bytes(20), Bytes(120));

        // Rooms of rows grow with the longest completion, tokens and log-probabilities of 8 rows; nothing else may.
        Assert.InRange(many - few, 0, (100 * 8 * (sizeof(int) + sizeof(float))) + 4096);

        long Bytes(int tokens)
        {
            var sampling = new RolloutSampling { MaxNewTokens = tokens };
            engine.Sample([Prompts[0]], 8, sampling, Seed, static _ => { }, default);
            var before = GC.GetAllocatedBytesForCurrentThread();
            engine.Sample([Prompts[0]], 8, sampling, Seed, static _ => { }, default);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static List<Completion> Sample(ISampler sampler, Sampling sampling)
    {
        var groups = new List<CompletionGroup>();
        sampler.Sample(Prompts, 6, sampling, Seed, groups.Add, default);
        return [.. groups.OrderBy(group => group.PromptIndex).SelectMany(group => group.Completions)];
    }

    // Writes nothing, and knows no end.
    private sealed class Wordless : Tokenizer
    {
        public override int VocabularySize => 13;

        public override int EndOfSequence => -1;

        public override int Padding => 0;

        public override IReadOnlyList<int> Encode(string text) => [];

        public override string Decode(IEnumerable<int> ids) => "";

        public override void Save(string folder) => throw new NotSupportedException();
    }
}
