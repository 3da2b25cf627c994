using Cohort.Data;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Rollouts;

public sealed class TorchSamplerTests : IDisposable
{
    private const int MaxNewTokens = 12;

    // Draws this close to a boundary of the distribution may fall on its other side where kernels round differently.
    private const double Boundary = 1e-5;

    private static readonly SampleSeed Seed = new(11, Purpose.TrainingTokens, 3);

    private static readonly int[][] Prompts =
        [[3, 7, 4], [9, 2], [5, 5, 8, 10, 12, 6, 3], [4], [11, 3, 2, 9], [6, 7], [8, 2, 4, 5, 9, 11], [12, 10, 2]];

    private readonly LanguageModel _model = TinyModels.Policy();

    public void Dispose() => _model.Dispose();

    // 12 of 13 tokens have probabilities above 0.2 %; the 99.9 % quantile of chi-square with 12 degrees of freedom is 32.9.
    [Fact]
    public void Sampled_frequencies_follow_the_distribution()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy(sharpness: 12);
        const int Samples = 5000;
        var counts = new double[13];
        foreach (var completion in Sample(model, [[3, 7, 4]], Samples, new RolloutSampling { MaxNewTokens = 1, Temperature = 0.8 }))
            counts[completion.ResponseTokens[0]]++;
        using var _ = no_grad();
        var logits = model.Logits(model.Trunk.Hidden(tensor(new long[] { 3, 7, 4 }, [1, 3])))[0, 2];
        var expected = Numbers.Of(nn.functional.softmax(logits / 0.8, dim: 0) * Samples);
        Assert.InRange(expected.Min(), 5, Samples / 13.0 / 1.5);
        Assert.InRange(counts.Zip(expected, (count, mean) => (count - mean) * (count - mean) / mean).Sum(), 2.2, 32.9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(512)]
    public void Behaviour_log_probabilities_are_those_of_the_trainers_forward(int largestBatch)
    {
        using var scope = NewDisposeScope();
        var completions = Sample(_model, Prompts, 6, new RolloutSampling { MaxNewTokens = MaxNewTokens, Temperature = 1.3 }, largestBatch);
        Assert.Contains(completions, completion => completion.FinishReason == FinishReason.Length);
        Assert.Contains(completions, completion => completion.ResponseTokens.Count == 1);
        foreach (var completion in completions)
        {
            var stops = completion.ResponseTokens.Select((token, i) => (token, i)).Where(pair => pair.token == 1).Select(pair => pair.i).ToArray();
            if (completion.FinishReason == FinishReason.Stop)
                Assert.Equal([completion.ResponseTokens.Count - 1], stops);
            else
                Assert.Equal((MaxNewTokens, 0), (completion.ResponseTokens.Count, stops.Length));
        }

        var packed = Packing.Pack(completions.Select(c => (c.PromptTokens, c.ResponseTokens)).ToArray(), padding: 0);
        var behaviour = Packing.Spread(packed.ResponseMask, completions.Select(c => c.BehaviourLogProbs).ToArray());
        var trainer = PolicyForward.LogProbs(_model, new PackedRows(packed.Tokens, packed.ResponseMask), temperature: 1.3, microBatchRows: 5);
        Numbers.Same(trainer, behaviour, Tolerances.LogProbs);
    }

    [Fact]
    public void Completions_do_not_depend_on_batch_size_or_on_other_prompts()
    {
        using var scope = NewDisposeScope();
        const int Group = 4;
        var sampling = new RolloutSampling { MaxNewTokens = MaxNewTokens };
        var all = Sample(_model, Prompts, Group, sampling);
        var (compared, close) = (0, 0);
        foreach (var largestBatch in new[] { 1, 3, 7, 12 })
            Compare(all, Sample(_model, Prompts, Group, sampling, largestBatch));

        // The same prompt at the same place, among others: longer and shorter ones, and none.
        var others = Prompts.Select((prompt, i) => i % 2 == 0 ? prompt : [2, 9, 9, 4, 4, 7, 3, 8, 5, 11]).ToArray();
        Compare(
            all.Where(completion => completion.PromptIndex % 2 == 0),
            Sample(_model, others, Group, sampling).Where(completion => completion.PromptIndex % 2 == 0));

        // The first samples of a larger group are those of a smaller one.
        Compare(
            all.Where(completion => completion.SampleIndex == 0),
            Sample(_model, Prompts, 1, sampling, largestBatch: 1));

        Assert.True(compared > 150, $"Only {compared} completions were compared.");
        Assert.True(close <= 2, $"{close} of {compared} completions differ, each after a draw within {Boundary} of a boundary; 2 are expected at most.");

        void Compare(IEnumerable<Completion> expected, IEnumerable<Completion> actual)
        {
            foreach (var (one, other) in expected.Zip(actual, (one, other) => (one, other)))
            {
                Assert.Equal((one.PromptIndex, one.SampleIndex), (other.PromptIndex, other.SampleIndex));
                compared++;
                if (one.ResponseTokens.SequenceEqual(other.ResponseTokens))
                    continue;

                close++;
                var position = one.ResponseTokens.Zip(other.ResponseTokens).TakeWhile(pair => pair.First == pair.Second).Count();
                Assert.InRange(DistanceToBoundary(one, position), 0, Boundary);
            }
        }
    }

    [Fact]
    public void No_completion_ends_before_its_least_number_of_tokens()
    {
        var sampling = new EvaluationSampling { MaxNewTokens = MaxNewTokens };
        Assert.Contains(Sample(_model, Prompts, 6, sampling), completion => completion.ResponseTokens.Count < 6);
        var longer = Sample(_model, Prompts, 60, sampling with { MinNewTokens = 5 });
        Assert.Equal(6, longer.Min(completion => completion.ResponseTokens.Count));
        Assert.Contains(longer, completion => completion.FinishReason == FinishReason.Stop);
    }

    [Theory]
    [InlineData(1, 5, 9)] // the tokenizer's own end is the model's too
    [InlineData(9, 5)] // the tokenizer alone names its end
    public void Each_of_several_ends_of_sequence_ends_a_completion_and_none_comes_too_early(int tokenizersOwn, params int[] further)
    {
        int[] ends = [1, 5, 9];
        using var model = TinyModels.Policy(config: TinyModels.Shape with { FurtherStops = further });
        var tokenizer = new IdTokenizer(13, tokenizersOwn);
        var completions = Sample(model, Prompts, 20, new RolloutSampling { MaxNewTokens = MaxNewTokens }, tokenizer: tokenizer);
        foreach (var completion in completions)
        {
            var stops = completion.FinishReason == FinishReason.Stop;
            Assert.Equal(stops ? completion.ResponseTokens.Count - 1 : MaxNewTokens, completion.ResponseTokens.TakeWhile(t => !ends.Contains(t)).Count());
            Assert.Equal(new IdTokenizer(13).Decode(completion.ResponseTokens.Where(token => !ends.Contains(token))), completion.Text);
        }

        Assert.Equal(ends, completions.Where(c => c.FinishReason == FinishReason.Stop).Select(c => c.ResponseTokens[^1]).Distinct().Order());
        Assert.Contains(completions, completion => completion.FinishReason == FinishReason.Length);

        var longer = Sample(model, Prompts, 20, new EvaluationSampling { MaxNewTokens = MaxNewTokens, MinNewTokens = 4 }, tokenizer: tokenizer);
        Assert.Equal(5, longer.Min(completion => completion.ResponseTokens.Count));
        Assert.Equal(ends, longer.Where(c => c.FinishReason == FinishReason.Stop).Select(c => c.ResponseTokens[^1]).Distinct().Order());
    }

    // Texts are ids with spaces between them, so that "4 1" is within "4 12" too. Rows of one sample draw the same with and without stop strings.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stop_strings_end_a_completion_where_its_text_has_one(bool include)
    {
        string[] stops = ["4 1", "7 ", "11 8"];
        var tokenizer = new IdTokenizer(13);
        var plain = new RolloutSampling { MaxNewTokens = MaxNewTokens, Temperature = 1.4 };
        var ended = 0;
        for (var step = 0; step < 12; step++)
        {
            var seed = Seed with { Step = step };
            var without = Sample(_model, Prompts, 1, plain, largestBatch: 1, seed);
            var with = Sample(_model, Prompts, 1, plain with { Stop = [.. stops], IncludeStop = include }, largestBatch: 1, seed);
            foreach (var (free, stopped) in without.Zip(with))
            {
                var count = Enumerable.Range(1, free.ResponseTokens.Count)
                    .FirstOrDefault(n => stops.Any(tokenizer.Decode(free.ResponseTokens.Take(n)).Contains), free.ResponseTokens.Count);
                var text = tokenizer.Decode(free.ResponseTokens.Take(count));
                var found = stops.Select(stop => (Index: text.IndexOf(stop, StringComparison.Ordinal), stop.Length)).Where(m => m.Index >= 0).Order().ToArray();
                Assert.Equal(free.ResponseTokens.Take(count), stopped.ResponseTokens);
                Assert.Equal(free.BehaviourLogProbs.Take(count), stopped.BehaviourLogProbs);
                Assert.Equal(found is [var first, ..] ? text[..(first.Index + (include ? first.Length : 0))] : text, stopped.Text);
                Assert.Equal(found is [] ? free.FinishReason : FinishReason.Stop, stopped.FinishReason);
                ended += found.Length > 0 && stopped.ResponseTokens[^1] != 1 ? 1 : 0;
            }
        }

        Assert.InRange(ended, 10, 90);
    }

    [Fact]
    public void No_stop_string_ends_a_completion_before_its_least_number_of_tokens()
    {
        var sampling = new EvaluationSampling { MaxNewTokens = MaxNewTokens, Stop = [" "] };
        Assert.All(Sample(_model, Prompts, 20, sampling), completion => Assert.InRange(completion.ResponseTokens.Count(token => token > 1), 0, 2));

        // The first token that shows behind the fifth brings a space; padding shows nothing.
        Assert.All(Sample(_model, Prompts, 20, sampling with { MinNewTokens = 5 }), completion => Assert.Equal(
            Math.Min(MaxNewTokens, 6 + completion.ResponseTokens.Skip(5).TakeWhile(token => token == 0).Count()), completion.ResponseTokens.Count));
    }

    [Fact]
    public void Streamed_pieces_are_the_text_of_the_completion_that_sampling_gives()
    {
        var sampling = new EvaluationSampling { MaxNewTokens = MaxNewTokens, Stop = ["11 8", "3 3"] };
        var reasons = new HashSet<FinishReason>();
        for (var step = 0; step < 20; step++)
        {
            var pieces = new List<string>();
            var (seed, prompt) = (Seed with { Step = step }, Prompts[step % Prompts.Length]);
            var streamed = Sampler().Stream(prompt, sampling, seed, pieces.Add, CancellationToken.None);
            var whole = Sample(_model, [prompt], 1, sampling, seed: seed)[0];
            Assert.Equal(whole.ResponseTokens, streamed.ResponseTokens);
            Assert.Equal((whole.Text, whole.FinishReason, whole.Text), (streamed.Text, streamed.FinishReason, string.Concat(pieces)));
            Assert.DoesNotContain("", pieces);
            Assert.True(pieces.Count >= streamed.ResponseTokens.Count / 3);
            reasons.Add(streamed.FinishReason);
        }

        Assert.Equal(2, reasons.Count);
    }

    [Fact]
    public void Cancelling_a_stream_keeps_the_pieces_and_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        var sampling = new EvaluationSampling { MaxNewTokens = MaxNewTokens, MinNewTokens = MaxNewTokens };
        var pieces = new List<string>();
        LiveTensors.StayAsMany("A cancelled stream", () => Assert.Throws<OperationCanceledException>(
            () => Sampler().Stream(Prompts[0], sampling, Seed, Note, cancel.Token)));
        Assert.Equal(3, pieces.Count);
        Assert.StartsWith(string.Concat(pieces), Sample(_model, [Prompts[0]], 1, sampling)[0].Text);

        void Note(string piece)
        {
            pieces.Add(piece);
            if (pieces.Count == 3)
                cancel.Cancel();
        }
    }

    [Fact]
    public void Sampling_with_stop_strings_leaves_no_tensors_behind() => LiveTensors.StayAsMany(
        "Sampling", () => Sample(_model, Prompts, 5, new RolloutSampling { MaxNewTokens = MaxNewTokens, Stop = ["7 "] }, largestBatch: 12));

    [Fact]
    public void Repetition_penalty_counts_every_token_of_prompt_and_completion()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var completions = Sample(_model, Prompts, 6, new EvaluationSampling { MaxNewTokens = MaxNewTokens, RepetitionPenalty = 1.7 });
        Assert.True(completions.Select(completion => completion.ResponseTokens.Count).Distinct().Count() > 2, "No row ends before another.");
        foreach (var completion in completions)
        {
            for (var position = 0; position < completion.ResponseTokens.Count; position++)
            {
                var prefix = completion.PromptTokens.Concat(completion.ResponseTokens.Take(position)).Select(token => (long)token).ToArray();
                var logits = Numbers.Of(_model.Logits(_model.Trunk.Hidden(tensor(prefix, [1, prefix.Length])))[0, prefix.Length - 1]);
                foreach (var token in prefix.Distinct())
                    logits[token] = logits[token] > 0 ? logits[token] / 1.7 : logits[token] * 1.7;
                var logProb = logits[completion.ResponseTokens[position]] - Math.Log(logits.Sum(Math.Exp));
                Assert.Equal(logProb, completion.BehaviourLogProbs[position], Tolerances.LogProbs);
            }
        }
    }

    [Fact]
    public void Random_numbers_depend_on_every_part_of_the_seed()
    {
        var sampling = new RolloutSampling { MaxNewTokens = MaxNewTokens };
        var completions = Sample(_model, Prompts, 2, sampling);
        Assert.Equal(Texts(completions), Texts(Sample(_model, Prompts, 2, sampling)));
        Assert.NotEqual(Texts(completions), Texts(Sample(_model, Prompts, 2, sampling, seed: Seed with { Seed = 12 })));
        Assert.NotEqual(Texts(completions), Texts(Sample(_model, Prompts, 2, sampling, seed: Seed with { Step = 4 })));
        Assert.NotEqual(
            Texts(completions), Texts(Sample(_model, Prompts, 2, sampling, seed: Seed with { Purpose = Purpose.ValidationTokens })));
        Assert.NotEqual(completions[0].ResponseTokens, completions[1].ResponseTokens);

        static IEnumerable<string> Texts(IEnumerable<Completion> completions) =>
            completions.Select(completion => string.Join(' ', completion.ResponseTokens));
    }

    [Fact]
    public void Sampling_neither_reads_nor_moves_the_ambient_random_state()
    {
        using var scope = NewDisposeScope();
        var sampling = new RolloutSampling { MaxNewTokens = MaxNewTokens };
        random.manual_seed(1);
        var one = Sample(_model, Prompts, 2, sampling);
        var after = rand(1).item<float>();
        random.manual_seed(1);
        Assert.Equal(rand(1).item<float>(), after);
        Assert.Equal(one.Select(completion => completion.Text), Sample(_model, Prompts, 2, sampling).Select(completion => completion.Text));
    }

    [Fact]
    public void Groups_are_handed_over_as_they_finish()
    {
        var order = new List<(int Prompt, int Longest)>();
        Sampler().Sample(Prompts, 2, new RolloutSampling { MaxNewTokens = MaxNewTokens }, Seed, Note, CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, Prompts.Length), order.Select(group => group.Prompt).Order());
        Assert.Equal(order.Select(group => group.Longest).Order(), order.Select(group => group.Longest));
        Assert.True(order[0].Longest < order[^1].Longest, "All groups finished together; the example shows nothing.");

        void Note(CompletionGroup group)
        {
            Assert.All(group.Completions, completion => Assert.Equal(group.PromptIndex, completion.PromptIndex));
            Assert.Equal([0, 1], group.Completions.Select(completion => completion.SampleIndex));
            Assert.All(group.Completions, completion => Assert.Equal(Prompts[group.PromptIndex], completion.PromptTokens));
            order.Add((group.PromptIndex, group.Completions.Max(completion => completion.ResponseTokens.Count)));
        }
    }

    [Fact]
    public void Cancelling_between_tokens_keeps_finished_groups_and_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        var groups = new List<CompletionGroup>();
        LiveTensors.StayAsMany("A cancelled sampling", () => Assert.Throws<OperationCanceledException>(() => Sampler().Sample(
            Prompts, 2, new RolloutSampling { MaxNewTokens = MaxNewTokens }, Seed, Note, cancel.Token)));
        Assert.NotEmpty(groups);
        Assert.True(groups.Count < Prompts.Length);
        var longest = groups.Max(group => group.Completions.Max(completion => completion.ResponseTokens.Count));
        Assert.All(groups, group => Assert.Equal(longest, group.Completions.Max(completion => completion.ResponseTokens.Count)));

        void Note(CompletionGroup group)
        {
            groups.Add(group);
            cancel.Cancel();
        }
    }

    [Fact]
    public void Sampling_leaves_no_tensors_behind() => LiveTensors.StayAsMany(
        "Sampling", () => Sample(_model, Prompts, 5, new RolloutSampling { MaxNewTokens = MaxNewTokens }, largestBatch: 12));

    [Fact]
    public void Prompt_with_a_token_beyond_the_vocabulary_is_refused()
    {
        var beyond = _model.Config.VocabularySize;
        var error = Assert.Throws<DataException>(
            () => Sample(_model, [[3, beyond]], 1, new RolloutSampling { MaxNewTokens = MaxNewTokens }, largestBatch: 12));
        Assert.Contains($"has the token {beyond}, but the model's vocab_size is {beyond}", error.Message);
    }

    [Fact]
    public void Prompts_that_do_not_fit_are_refused_before_anything_is_sampled()
    {
        var long_ = Enumerable.Repeat(3, 29).ToArray();
        Assert.Equal(
            "A prompt of 29 tokens and 12 new tokens do not fit a context of 40; a prompt has at least one token, and both together must fit. "
            + "(Parameter 'prompt')",
            Refusal([[3, 4], long_]));
        Assert.StartsWith("A prompt of 0 tokens and 12 new tokens do not fit a context of 40;", Refusal([[3, 4], []]));

        // 28 and 12 tokens fill the context exactly.
        Assert.Single(Sample(_model, [long_[1..]], 1, new RolloutSampling { MaxNewTokens = MaxNewTokens }));

        string Refusal(int[][] prompts) => Assert.Throws<ArgumentException>(() => Sampler().Sample(
            prompts, 2, new RolloutSampling { MaxNewTokens = MaxNewTokens }, Seed, _ => Assert.Fail("A group came."), CancellationToken.None)).Message;
    }

    private TorchSampler Sampler() => new(_model, new IdTokenizer(13));

    private static Completion[] Sample(
        LanguageModel model, int[][] prompts, int samples, Sampling sampling, int largestBatch = 512, SampleSeed? seed = null, IdTokenizer? tokenizer = null)
    {
        var groups = new CompletionGroup[prompts.Length];
        new TorchSampler(model, tokenizer ?? new IdTokenizer(13), largestBatch).Sample(
            prompts, samples, sampling, seed ?? Seed, group => groups[group.PromptIndex] = group, CancellationToken.None);
        return groups.SelectMany(group => group.Completions).ToArray();
    }

    // How far the draw of one token lies from the nearest boundary between tokens.
    private double DistanceToBoundary(Completion completion, int position)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var prefix = completion.PromptTokens.Concat(completion.ResponseTokens.Take(position)).Select(token => (long)token).ToArray();
        var logits = _model.Logits(_model.Trunk.Hidden(tensor(prefix, [1, prefix.Length])))[0, prefix.Length - 1];
        var boundaries = Numbers.Of(nn.functional.softmax(logits.to_type(ScalarType.Float64), dim: 0).cumsum(0));
        var draw = Seed.Uniform(completion.PromptIndex, completion.SampleIndex, position);
        return boundaries.Min(boundary => Math.Abs(boundary - draw));
    }
}
