using Cohort.Advantages;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>One prompt's completions with their scores, in plain memory.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="Completions">G completions, in the order of their samples.</param>
/// <param name="Scores">G scores.</param>
internal sealed record ScoredGroup(Problem Problem, IReadOnlyList<Completion> Completions, IReadOnlyList<Score> Scores)
{
    /// <summary>Whether at least two completions have a score.</summary>
    public bool IsComparable => Scores.OfType<Scored>().Skip(1).Any();

    /// <summary>Whether the group can be compared, and shows no difference.</summary>
    /// <param name="advantage">What compares.</param>
    public bool IsFlat(AdvantageOptions advantage) => IsComparable && advantage.IsFlat([.. Scores.OfType<Scored>()]);
}

/// <summary>One step's completions in plain memory, beside the batch of tensors made of them.</summary>
/// <param name="Groups">P groups, which the batch holds in this order.</param>
/// <param name="Dropped">Groups without a signal, whose places others took; in the step's statistics, not in the batch.</param>
/// <param name="Greedy">P groups of the greedy completion alone; empty where the advantages need none.</param>
/// <param name="Batch">The groups as tensors; owned by the receiver.</param>
/// <param name="NextProblem">The number of the first training problem that comes after these.</param>
internal sealed record Collected(
    IReadOnlyList<ScoredGroup> Groups, IReadOnlyList<ScoredGroup> Dropped, IReadOnlyList<ScoredGroup> Greedy, RolloutBatch Batch, long NextProblem)
{
    /// <summary>All groups that were sampled.</summary>
    public IEnumerable<ScoredGroup> Sampled => Groups.Concat(Dropped);

    /// <summary>Tokens that were sampled, whatever became of them.</summary>
    public long SampledTokens => Sampled.Concat(Greedy).SelectMany(group => group.Completions).Sum(completion => (long)completion.ResponseTokens.Count);
}

/// <summary>Steps 1 and 2 of the seed's training loop: a batch under the old policy, and its rewards.</summary>
internal sealed class Collector(
    LanguageModel policy,
    LanguageModel reference,
    ISampler sampler,
    PromptEncoder prompts,
    RewardSet rewards,
    Curriculum curriculum,
    RunOptions options,
    PhaseClock clock)
{
    /// <summary>Tells of groups as they were sampled and scored: where their prompts stand in the step, and whether they are greedy.</summary>
    public event Action<SampleSeed, bool, IReadOnlyList<ScoredGroup>>? Sampled;

    /// <summary>
    /// Samples, scores and packs. Groups without a signal are replaced by those of further problems, up to the limit on refills (dynamic sampling,
    /// arXiv:2503.14476, section 3.2); what is flat then leaves the loss.
    /// </summary>
    /// <param name="cursor">Index of the first training problem.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="cancel">Stops at once; nothing was changed.</param>
    public Collected Collect(long cursor, long step, CancellationToken cancel)
    {
        var rollout = options.Rollout;
        var groups = Sample(ref cursor, rollout.PromptsPerStep, first: 0, step, cancel);
        var dropped = new List<ScoredGroup>();
        for (var refill = 0; refill < rollout.MaxRefills; refill++)
        {
            var flat = Enumerable.Range(0, groups.Length).Where(slot => groups[slot].IsFlat(options.Algorithm.Advantage)).ToArray();
            var taken = groups.Length + dropped.Count;
            var fresh = flat.Length == 0 ? [] : Sample(ref cursor, flat.Length, first: taken, step, cancel);
            foreach (var (slot, group) in flat.Zip(fresh))
            {
                dropped.Add(groups[slot]);
                groups[slot] = group with { Completions = [.. group.Completions.Select(completion => completion with { PromptIndex = slot })] };
            }
        }

        var greedy = options.Algorithm.Advantage.NeedsGreedy ? SampleGreedy(groups, step, cancel) : [];
        clock.Start(Phase.LogProbs);
        return new Collected(groups, dropped, greedy, Pack(groups, greedy), cursor);
    }

    private ScoredGroup[] Sample(ref long cursor, int count, long first, long step, CancellationToken cancel)
    {
        var rollout = options.Rollout;
        return Sample(
            curriculum.Take(ref cursor, count),
            rollout.SamplesPerPrompt,
            rollout.TrainingSampling(),
            new SampleSeed(options.Seed, Purpose.TrainingTokens, step, first),
            cancel);
    }

    private ScoredGroup[] SampleGreedy(ScoredGroup[] groups, long step, CancellationToken cancel) => Sample(
        [.. groups.Select(group => group.Problem)],
        samples: 1,
        options.Rollout.ValidationSampling() with { Temperature = 0 },
        new SampleSeed(options.Seed, Purpose.TrainingTokens, step),
        cancel);

    private ScoredGroup[] Sample(Problem[] problems, int samples, Sampling sampling, SampleSeed seed, CancellationToken cancel)
    {
        using var queue = new RewardQueue(rewards, TimeProvider.System);
        var groups = new CompletionGroup[problems.Length];
        clock.Start(Phase.Rollout);
        sampler.Sample(
            [.. problems.Select(problem => prompts.Encode(problem))],
            samples,
            sampling,
            seed,
            group =>
            {
                groups[group.PromptIndex] = group;
                queue.Add(problems[group.PromptIndex], group.Completions, cancel);
            },
            cancel);
        clock.Start(Phase.Reward);
        var scores = queue.Complete().Chunk(samples);
        ScoredGroup[] scored = [.. groups.Zip(scores, (group, each) => new ScoredGroup(problems[group.PromptIndex], group.Completions, each))];
        Sampled?.Invoke(seed, sampling is EvaluationSampling, scored);
        return [.. scored.Select(group => group with { Scores = Adjusted(group.Completions, group.Scores) })];
    }

    private Score[] Adjusted(IReadOnlyList<Completion> completions, IReadOnlyList<Score> scores) =>
        [.. completions.Zip(scores, (completion, score) => Truncation.Adjust(
            options.Algorithm.Truncation, score, completion.ResponseTokens.Count, options.Rollout.MaxNewTokens, completion.FinishReason))];

    private RolloutBatch Pack(ScoredGroup[] groups, ScoredGroup[] greedy)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var device = policy.Trunk.EmbeddingWeight.device;
        Completion[] completions = [.. groups.SelectMany(group => group.Completions)];
        Score[] scores = [.. groups.SelectMany(group => group.Scores)];
        var greedyScores = greedy.Select(group => group.Scores[0]).ToArray();
        var learns = groups.Select((group, slot) => Learns(group) && (greedy.Length == 0 || greedyScores[slot] is Scored)).ToArray();
        var packed = Packing.Pack([.. completions.Select(c => (c.PromptTokens, c.ResponseTokens))], policy.Config.Padding);
        var rows = new PackedRows(packed.Tokens.to(device), packed.ResponseMask.to(device));
        var behaviour = Packing.Spread(rows.Mask, [.. completions.Select(c => c.BehaviourLogProbs)]);
        var old = sampler.SharesNumerics && options.Rollout.Weights == SamplerWeights.Exact && !options.Update.RecomputeOldLogProbs
            ? behaviour.alias()
            : PolicyForward.LogProbs(policy, rows, options.Rollout.Temperature, options.Update.MicroBatchRows);
        var (refLogProbs, kl) = Compare(rows, old);
        var size = options.Rollout.SamplesPerPrompt;
        var scored = tensor([.. scores.Select((score, row) => score is Scored && learns[row / size])], device: device);
        var cutOff = tensor([.. completions.Select(c => c.FinishReason == FinishReason.Length)], device: device);
        var mask = rows.Mask.logical_and(scored.unsqueeze(1));
        var learnt = options.Algorithm.Truncation is MaskTruncated ? mask.logical_and(cutOff.logical_not().unsqueeze(1)) : mask.alias();
        var rest = tensor([.. scores.Select(score => (float)StepRewards.Rest(score))], device: device);
        var rewards = ShapedRewards.OnLastToken(rest, rows.Mask) + Packing.Spread(rows.Mask, [.. completions.Zip(scores, StepRewards.Along)]);
        var ends = Packing.Spread(rows.Mask, [.. completions.Zip(scores, StepRewards.Ends)]) > 0;
        var weights = OffPolicyWeights.Of(options.Algorithm.OffPolicy, old, behaviour, mask);
        return new RolloutBatch
        {
            Lengths = completions.Select(c => c.PromptTokens.Count + c.ResponseTokens.Count).ToArray(),
            GroupSize = options.Rollout.SamplesPerPrompt,
            Tokens = rows.Tokens.MoveToOuterDisposeScope(),
            ResponseMask = mask.MoveToOuterDisposeScope(),
            LossMask = learnt.MoveToOuterDisposeScope(),
            BehaviourLogProbs = Masked.Zero(behaviour, mask).MoveToOuterDisposeScope(),
            OldLogProbs = Masked.Zero(old, mask).MoveToOuterDisposeScope(),
            OffPolicyWeights = weights.MoveToOuterDisposeScope(),
            RefLogProbs = Masked.Zero(refLogProbs, mask).MoveToOuterDisposeScope(),
            KlToReference = Masked.Zero(kl, mask).MoveToOuterDisposeScope(),
            Rewards = Masked.Zero(rewards, mask).MoveToOuterDisposeScope(),
            StepEnds = ends.logical_and(mask).MoveToOuterDisposeScope(),
            Scores = tensor([.. scores.Select(Total)], device: device).MoveToOuterDisposeScope(),
            Parts = Parts(scores).to(device).MoveToOuterDisposeScope(),
            GreedyScores = tensor(
                [.. scores.Select((_, row) => greedy.Length == 0 ? 0 : Total(greedyScores[row / size]))], device: device).MoveToOuterDisposeScope(),
            Scored = scored.MoveToOuterDisposeScope(),
            CutOff = cutOff.MoveToOuterDisposeScope(),
        };
    }

    // Where completions are compared, a group needs two scores; where flat groups are replaced, those that are left have nothing to teach.
    private bool Learns(ScoredGroup group) => !options.Algorithm.Advantage.ComparesGroup
        || (group.IsComparable && !(options.Rollout.MaxRefills > 0 && group.IsFlat(options.Algorithm.Advantage)));

    private static float Total(Score score) => score is Scored scored ? (float)scored.Total : 0;

    private Tensor Parts(Score[] scores)
    {
        var names = options.Algorithm.Advantage.PartNames;
        var values = scores.SelectMany(score => names.Select(name => score is Scored scored ? (float)Part(scored, name) : 0f)).ToArray();
        return tensor(values, [scores.Length, names.Count]);

        double Part(Scored score, string name) => score.Parts.TryGetValue(name, out var value) ? value
            : throw new TrainingException(
                $"algorithm.advantage.parts names '{name}', but the reward gave a score with the parts {string.Join(", ", score.Parts.Keys.Order())}; "
                + "name parts that every score has.");
    }

    // Without a reference the old policy is its own: their KL is 0.
    private (Tensor RefLogProbs, Tensor Kl) Compare(PackedRows rows, Tensor old)
    {
        var kl = options.Algorithm.Kl;
        if (!kl.NeedsReference)
        {
            return (old.alias(), zeros_like(old));
        }

        var (temperature, micro) = (options.Rollout.Temperature, options.Update.MicroBatchRows);
        var refLogProbs = PolicyForward.LogProbs(reference, rows, temperature, micro);
        return (refLogProbs, kl.Estimator == KlEstimator.Exact
            ? PolicyForward.ExactKl(policy, reference, rows, temperature, micro)
            : KlEstimators.PerToken(kl.Estimator, old, refLogProbs));
    }
}
