using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// One step of the seed's "Implementation and Training Loop": collect a batch under the old policy, score it, form advantages, normalize them,
/// and take a few epochs of clipped updates while watching the KL. It does not know which algorithm runs.
/// </summary>
internal sealed class PolicyTrainer(
    RunOptions options,
    RewardSet rewards,
    Collector collector,
    Curriculum curriculum,
    IAdvantageEstimator estimator,
    PolicyUpdate update,
    PolicyProbes probes,
    PhaseClock clock,
    Action<long, BadBatch> keepBadBatch)
{
    // Where old and current log-probabilities come from the same weights, their ratio is 1 up to rounding: of float32, or of bfloat16, which moves a logit
    // of 16 by 1/16 already.
    private double LargestRatioError => options.ComputesInBfloat16 ? 0.5 : 1e-4;

    private bool _ratioChecked;

    /// <summary>Takes one step.</summary>
    /// <param name="state">The state before it.</param>
    /// <param name="measures">Takes the step's numbers.</param>
    /// <param name="report">
    /// Takes the completions with the advantages of their tokens, [B,T] float32, once the policy has learnt from them, and whether the step is measured.
    /// </param>
    /// <param name="cancel">
    /// Read between tokens and between micro-batches. Until the first optimizer step nothing has changed, and the step is given up; after it the step
    /// goes on to its end.
    /// </param>
    /// <returns>The state after it.</returns>
    /// <exception cref="OperationCanceledException">The step was given up; policy and critic are as they were.</exception>
    public TrainerState Step(TrainerState state, Measures measures, Action<Collected, Tensor, bool> report, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var step = state.Step + 1;
        var coefficients = new Coefficients(
            state.KlCoefficient, AdaptiveEntropy.Applied(options.Algorithm.Entropy, state.EntropyCoefficient, state.Entropy));

        var collected = collector.Collect(state.ProblemCursor, step, cancel);
        using var batch = collected.Batch;
        var tokens = state.SampledTokens + collected.SampledTokens;
        var share = new BudgetShare(options.Budget.Progress(state.Step, state.SampledTokens), options.Budget.Progress(step, tokens));
        StepStatistics.OfCompletions(collected, options, measures);
        RequireScores(collected);

        clock.Start(Phase.Advantages);
        using var rewards = TokenRewards.Shape(batch, options.Algorithm.Kl, state.KlCoefficient);
        var epochs = estimator.PolicyRests(step) ? 0 : options.Update.EpochsPerStep;
        var measured = MeasuredSteps.IsDue(options, step, state.SampledTokens, tokens);
        var (updates, planned) = (0, 0);
        var bad = FirstBad(collected, rewards);
        var nonFinite = bad != "";
        if (nonFinite)
        {
            planned = Passes(batch, epochs, step).Length;
            Keep(batch, rewards, step, new NonFiniteException(bad));
            report(collected, zeros_like(batch.OldLogProbs), measured);
        }
        else
        {
            using var credit = estimator.Estimate(batch, rewards);
            StepStatistics.OfAdvantages(batch, credit.Advantages, measures);
            clock.Start(Phase.Evaluation);
            using var divergence = probes.Begin(
                measured && epochs > 0, batch, credit.Advantages, collected.SampledTokens, update.Optimizer.Steps, measures, cancel);

            clock.Start(Phase.Update);
            (updates, planned, nonFinite) = Improve(batch, credit, epochs, step, share, coefficients, measures, cancel);

            clock.Start(Phase.Evaluation);
            divergence.Describe(measures);
            credit.Describe(measures, measured);
            report(collected, credit.Advantages, measured);
        }

        clock.Start(Phase.Update); // what is left is no measurement

        measures.Set(MetricNames.Updates, updates);
        measures.Set(MetricNames.UpdatesLeftOut, planned - updates);
        if (!nonFinite)
        {
            StepStatistics.OfObjective(options, coefficients, measures);
        }

        curriculum.Note(collected.Sampled);
        if (options.Rollout.Curriculum.LeaveOut > 0)
        {
            var taken = collected.Groups.Count + collected.Dropped.Count;
            measures.Set(MetricNames.LeftOutProblems, collected.NextProblem - state.ProblemCursor - taken);
            measures.Set(MetricNames.SettledProblems, curriculum.Settled);
        }

        measures.Set(MetricNames.SampledTokens, collected.SampledTokens);
        measures.Set(MetricNames.TotalSampledTokens, tokens);
        return state with
        {
            Step = step,
            SampledTokens = tokens,
            ProblemCursor = collected.NextProblem,
            KlCoefficient = epochs == 0
                ? state.KlCoefficient
                : AdaptiveKl.Next(options.Algorithm.Kl, state.KlCoefficient, measures.Of(MetricNames.KlReference), batch.Count),
            EntropyCoefficient = AdaptiveEntropy.Next(options.Algorithm.Entropy, state.EntropyCoefficient, measures.Of(MetricNames.Entropy)),
            Entropy = measures.Of(MetricNames.Entropy) is var entropy && double.IsFinite(entropy) ? entropy : state.Entropy,
            NonFiniteInARow = nonFinite ? state.NonFiniteInARow + 1 : 0,
            SkippedUpdates = state.SkippedUpdates + (nonFinite ? planned - updates : 0),
        };
    }

    private (int Updates, int Planned, bool NonFinite) Improve(
        RolloutBatch batch,
        Credit credit,
        int epochs,
        long step,
        BudgetShare share,
        Coefficients coefficients,
        Measures measures,
        CancellationToken cancel)
    {
        var (updates, stopped) = (0, false);
        var creditEpochs = credit.Epochs(options.Update.EpochsPerStep);
        var minibatches = Passes(batch, Math.Max(epochs, creditEpochs), step);
        var planned = minibatches.Count(minibatch => minibatch.Epoch < epochs);
        try
        {
            foreach (var (index, (epoch, rows)) in minibatches.Index())
            {
                // What has begun to move is brought to the step's end, so that a stop never leaves half a step behind.
                var stop = index == 0 ? cancel : CancellationToken.None;
                if (!stopped && epoch < epochs)
                {
                    var outcome = update.Improve(batch, credit.Advantages, rows, coefficients, share, measures, CheckFirstRatio, stop);
                    stopped = outcome == UpdateOutcome.KlLimit;
                    updates += outcome == UpdateOutcome.Stepped ? 1 : 0;
                    clock.UpdatedTokens += outcome == UpdateOutcome.NothingToLearn ? 0 : rows.Sum(row => (long)batch.Lengths[(int)row]);
                }

                if (epoch < creditEpochs)
                {
                    credit.Learn(rows, share, measures, updates == 0 ? stop : CancellationToken.None);
                }
            }
        }
        catch (NonFiniteException error)
        {
            Keep(batch, credit.Advantages, step, error);
            return (updates, planned, NonFinite: true);
        }

        return (updates, planned, NonFinite: false);
    }

    // Also where nothing of it counts: a policy that has become NaN may sample one answer only, and no group would show a difference.
    private static string FirstBad(Collected collected, Tensor rewards) =>
        collected.Groups.SelectMany(group => group.Completions).Any(completion => !completion.BehaviourLogProbs.All(float.IsFinite)) ? "behaviour_log_probs"
        : new (string Name, Tensor Numbers)[] { ("rewards", rewards), ("parts", collected.Batch.Parts), ("greedy_scores", collected.Batch.GreedyScores) }
            .FirstOrDefault(pair => !pair.Numbers.isfinite().all().item<bool>()).Name ?? "";

    private void Keep(RolloutBatch batch, Tensor advantages, long step, NonFiniteException error)
    {
        using var bad = BadBatch.Keep(batch, advantages, error);
        keepBadBatch(step, bad);
    }

    // Each epoch's minibatches, without those in which no row has a score: nothing could be learnt from them.
    private (int Epoch, long[] Rows)[] Passes(RolloutBatch batch, int epochs, long step)
    {
        using var scope = NewDisposeScope();
        var counts = batch.ResponseMask.any(1).cpu().data<bool>().ToArray();
        return Enumerable.Range(0, epochs)
            .SelectMany(epoch => Minibatches.Of(batch.Count, options.Update.MinibatchRows, options.Seed, step, epoch).Select(rows => (epoch, rows)))
            .Where(minibatch => minibatch.rows.Any(row => counts[row]))
            .ToArray();
    }

    // Between the gradient and the optimizer's step of a step's first minibatch. It must be 1 in every step; the first of a process is checked.
    private void CheckFirstRatio(Measures measures)
    {
        if (!double.IsNaN(measures.Of(MetricNames.FirstRatioError)))
        {
            return;
        }

        var error = Math.Max(measures.Of(MetricNames.RatioHighest) - 1, 1 - measures.Of(MetricNames.RatioLowest));
        measures.Set(MetricNames.FirstRatioError, error);
        if (!_ratioChecked && error > LargestRatioError)
        {
            throw new TrainingException(
                $"The first minibatch has an importance ratio that is {error:G3} away from 1; before any update it must be within "
                + $"{LargestRatioError:G1}. The sampler's log-probabilities are not those of the trainer: set update.recomputeOldLogProbs=true "
                + "to go on with the trainer's own, and report this with the run's options.json.");
        }

        _ratioChecked = true;
    }

    private void RequireScores(Collected collected) => new ScoreLimits(rewards, options.Reward.LargestUnscoredShare).Require(
        "completions", [.. collected.Sampled.Concat(collected.Greedy).SelectMany(group => group.Scores)]);
}
