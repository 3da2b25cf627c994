using Cohort.Data;
using Cohort.Losses;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>One step's completions with their problems and scores, in plain memory, beside the batch of tensors made of them.</summary>
/// <param name="Problems">P problems.</param>
/// <param name="Completions">B completions; a problem's are adjacent.</param>
/// <param name="Scores">B scores.</param>
/// <param name="Batch">The same as tensors; owned by the receiver.</param>
internal sealed record Collected(
    IReadOnlyList<Problem> Problems, IReadOnlyList<Completion> Completions, IReadOnlyList<Score> Scores, RolloutBatch Batch);

/// <summary>Steps 1 and 2 of the seed's training loop: a batch under the old policy, and its rewards.</summary>
internal sealed class Collector(
    LanguageModel policy, LanguageModel reference, ISampler sampler, Tokenizer tokenizer, IRewardFunction reward, RunOptions options, PhaseClock clock)
{
    /// <summary>Samples, scores and packs.</summary>
    /// <param name="problems">P problems.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="cancel">Stops at once; nothing was changed.</param>
    public Collected Collect(IReadOnlyList<Problem> problems, long step, CancellationToken cancel)
    {
        var rollout = options.Rollout;
        using var queue = new RewardQueue(reward, TimeSpan.FromSeconds(options.Reward.DeadlineSeconds), TimeProvider.System);
        var groups = new CompletionGroup[problems.Count];
        clock.Start(Phase.Rollout);
        sampler.Sample(
            problems.Select(problem => tokenizer.Encode(problem.Prompt)).ToArray(),
            rollout.SamplesPerPrompt,
            new RolloutSampling { Temperature = rollout.Temperature, MaxNewTokens = rollout.MaxNewTokens },
            new SampleSeed(options.Seed, Purpose.TrainingTokens, step),
            group =>
            {
                clock.NoteCompletion();
                groups[group.PromptIndex] = group;
                queue.Add(problems[group.PromptIndex], group.Completions, cancel);
            },
            cancel);
        clock.Start(Phase.Reward);
        var scores = queue.Complete();
        clock.Start(Phase.LogProbs);
        var completions = groups.SelectMany(group => group.Completions).ToArray();
        return new Collected(problems, completions, scores, Pack(completions, scores));
    }

    private RolloutBatch Pack(IReadOnlyList<Completion> completions, IReadOnlyList<Score> scores)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var device = policy.Trunk.EmbeddingWeight.device;
        var packed = Packing.Pack(completions.Select(c => (c.PromptTokens, c.ResponseTokens)).ToArray(), policy.Config.Padding);
        var rows = new PackedRows(packed.Tokens.to(device), packed.ResponseMask.to(device));
        var behaviour = Packing.Spread(rows.Mask, completions.Select(c => c.BehaviourLogProbs).ToArray());
        var old = sampler.SharesNumerics && !options.Update.RecomputeOldLogProbs
            ? behaviour.alias()
            : PolicyForward.LogProbs(policy, rows, options.Rollout.Temperature, options.Update.MicroBatchRows);
        var (refLogProbs, kl) = Compare(rows, old);
        var scored = tensor(scores.Select(score => score is Scored).ToArray(), device: device);
        var mask = rows.Mask.logical_and(scored.unsqueeze(1));
        return new RolloutBatch
        {
            Lengths = completions.Select(c => c.PromptTokens.Count + c.ResponseTokens.Count).ToArray(),
            GroupSize = options.Rollout.SamplesPerPrompt,
            Tokens = rows.Tokens.MoveToOuterDisposeScope(),
            ResponseMask = mask.MoveToOuterDisposeScope(),
            BehaviourLogProbs = Masked.Zero(behaviour, mask).MoveToOuterDisposeScope(),
            OldLogProbs = Masked.Zero(old, mask).MoveToOuterDisposeScope(),
            RefLogProbs = Masked.Zero(refLogProbs, mask).MoveToOuterDisposeScope(),
            KlToReference = Masked.Zero(kl, mask).MoveToOuterDisposeScope(),
            Scores = tensor(scores.Select(score => score is Scored known ? (float)known.Total : 0f).ToArray(), device: device)
                .MoveToOuterDisposeScope(),
            Scored = scored.MoveToOuterDisposeScope(),
            CutOff = tensor(completions.Select(c => c.FinishReason == FinishReason.Length).ToArray(), device: device).MoveToOuterDisposeScope(),
        };
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
