namespace Cohort.Telemetry;

/// <summary>
/// Every metric's name, unit last. Each covers the whole step, weighted by tokens or responses, and has a line in docs/metrics.md.
/// </summary>
public static class MetricNames
{
    // Reward: over scored completions.
    /// <summary>Mean total score of the step's scored completions.</summary>
    public const string ScoreMean = "reward/score_mean";
    /// <summary>Standard deviation of the step's scores, divided by their number n.</summary>
    public const string ScoreDeviation = "reward/score_std";
    /// <summary>Lowest score of the step.</summary>
    public const string ScoreLowest = "reward/score_min";
    /// <summary>Highest score of the step.</summary>
    public const string ScoreHighest = "reward/score_max";
    /// <summary>
    /// Standard deviation of the scores of one prompt's completions, divided by n, as a mean over groups of at least two scores.
    /// </summary>
    public const string GroupDeviation = "reward/group_std_mean";
    /// <summary>Highest score of one prompt's completions, as a mean over groups of at least two scores.</summary>
    public const string GroupBest = "reward/group_best_mean";
    /// <summary>Share of the groups of at least two scores whose scores are all equal.</summary>
    public const string FlatGroups = "reward/flat_groups_fraction";
    /// <summary>Share of the groups of at least two scores whose scores are all equal and in which every completion passes.</summary>
    public const string AllRightGroups = "reward/all_right_groups_fraction";
    /// <summary>Share of the groups of at least two scores whose scores are all equal and in which no completion passes.</summary>
    public const string AllWrongGroups = "reward/all_wrong_groups_fraction";
    /// <summary>Groups without a signal whose places groups of further prompts took.</summary>
    public const string DroppedGroups = "reward/dropped_groups";
    /// <summary>Problems that the curriculum left out on the way to the step's problems.</summary>
    public const string LeftOutProblems = "reward/left_out_problems";
    /// <summary>Problems that the curriculum samples less now, because their pass rate stayed at 0 or 1.</summary>
    public const string SettledProblems = "reward/settled_problems";
    /// <summary>Share of the step's completions to which the reward gave no score.</summary>
    public const string Unscored = "reward/unscored_fraction";
    /// <summary>Prefix of the mean of one named part of the score, over the scored completions that have the part.</summary>
    public const string PartPrefix = "reward/part/";
    /// <summary>Prefix of one reward's mean score before its weight, over the completions that it scored.</summary>
    public const string RewardMeanPrefix = "reward/mean/";
    /// <summary>Prefix of one reward's standard deviation, over the completions that it scored, divided by their number.</summary>
    public const string RewardDeviationPrefix = "reward/std/";
    /// <summary>Prefix of the share of the step's completions to which one reward gave no score.</summary>
    public const string RewardUnscoredPrefix = "reward/unscored_fraction/";
    /// <summary>Prefix of one reward's mean time for a completion.</summary>
    public const string RewardSecondsPrefix = "time/reward_seconds/";

    // Completions.
    /// <summary>Mean length of the step's completions, their end-of-sequence token included.</summary>
    public const string LengthMean = "completion/length_mean_tokens";
    /// <summary>Length of the step's shortest completion.</summary>
    public const string LengthShortest = "completion/length_min_tokens";
    /// <summary>Length that 95 % of the step's completions do not exceed.</summary>
    public const string LengthHigh = "completion/length_p95_tokens";
    /// <summary>Length of the step's longest completion.</summary>
    public const string LengthLongest = "completion/length_max_tokens";
    /// <summary>Mean length of the completions that ended by themselves.</summary>
    public const string StoppedLengthMean = "completion/stopped_length_mean_tokens";
    /// <summary>Share of the step's completions that the length limit cut off.</summary>
    public const string CutOff = "completion/cut_off_fraction";
    /// <summary>Mean length of the prompts, over the step's completions.</summary>
    public const string PromptLengthMean = "prompt/length_mean_tokens";
    /// <summary>Length of the step's longest prompt.</summary>
    public const string PromptLengthLongest = "prompt/length_max_tokens";

    // The composite objective, term by term, as minimized.
    /// <summary>
    /// Policy loss, with the clipped loss the surrogate -min(ρ A, clip(ρ, 1 - ε_low, 1 + ε_high) A), reduced as the run's reduction says, mean over
    /// the step's updates.
    /// </summary>
    public const string Surrogate = "loss/surrogate";
    /// <summary>Critic's term c_v · critic/value_loss; 0 without a critic.</summary>
    public const string ValueTerm = "loss/value_term";
    /// <summary>Entropy bonus -c_ent · H, reduced as the surrogate is, mean over the step's updates; 0 without a bonus.</summary>
    public const string EntropyTerm = "loss/entropy_term";
    /// <summary>
    /// Penalty β · KL(π || π_ref), reduced as the surrogate is, mean over the step's updates; 0 where it is in the reward or off.
    /// </summary>
    public const string KlTerm = "loss/kl_term";
    /// <summary>Sum of the four terms above: L = surrogate + value term + entropy term + KL term.</summary>
    public const string Composite = "loss/composite";

    // Policy.
    /// <summary>
    /// Entropy -Σ p log p of the next-token distribution at the sampling temperature, mean over the tokens of all updates.
    /// </summary>
    public const string Entropy = "policy/entropy_nats";
    /// <summary>Weight c_ent of the entropy bonus in this step.</summary>
    public const string EntropyCoefficient = "policy/entropy_coefficient";
    /// <summary>Importance ratio ρ = π / π_old of the sampled tokens, mean over the tokens of all updates.</summary>
    public const string RatioMean = "policy/ratio_mean";
    /// <summary>Lowest importance ratio of a token in any update of the step; at most 1.</summary>
    public const string RatioLowest = "policy/ratio_min";
    /// <summary>Highest importance ratio of a token in any update of the step; at least 1.</summary>
    public const string RatioHighest = "policy/ratio_max";
    /// <summary>
    /// Share of tokens with A &lt; 0 whose gradient the loss stops, over all updates: with the clipped loss those with ρ &lt; 1 - ε_low.
    /// </summary>
    public const string ClipLow = "policy/clip_low_fraction";
    /// <summary>
    /// Share of tokens with A &gt; 0 whose gradient the loss stops, over all updates: with the clipped loss those with ρ &gt; 1 + ε_high.
    /// </summary>
    public const string ClipHigh = "policy/clip_high_fraction";
    /// <summary>KL(π_old || π) estimated by the mean of log π_old - log π over the tokens of all updates.</summary>
    public const string KlOldK1 = "policy/kl_old_k1_nats";
    /// <summary>KL(π_old || π) estimated by the mean of ρ - 1 - log ρ over the tokens of all updates.</summary>
    public const string KlOldK3 = "policy/kl_old_k3_nats";
    /// <summary>Largest distance of an importance ratio from 1 before the step's first update, where it must be 1.</summary>
    public const string FirstRatioError = "policy/first_ratio_error";
    /// <summary>Euclidean norm of the policy's gradient before it is cut, mean over the step's updates.</summary>
    public const string GradientNorm = "policy/gradient_norm";
    /// <summary>Learning rate of the policy's last update in the step.</summary>
    public const string LearningRate = "policy/learning_rate";
    /// <summary>Updates of the policy in the step.</summary>
    public const string Updates = "policy/updates";
    /// <summary>Updates of the policy that the step left out: the KL passed its limit, or a number was not finite.</summary>
    public const string UpdatesLeftOut = "policy/updates_left_out";

    /// <summary>Prefix of the share of the tokens, over all updates of the step, whose ratio lies in one band.</summary>
    public const string RatioSharePrefix = "policy/ratio_share/";

    /// <summary>
    /// Exact KL(π_old ‖ π) per token, summed over the whole vocabulary, of the policy after the step, on some of the step's responses; in measured steps.
    /// </summary>
    public const string KlOldExact = "policy/kl_old_exact_nats";

    /// <summary>
    /// Unbiased estimate of the squared norm of the expected gradient of the surrogate, from the spread between parts of the step's groups at ratio 1; in
    /// measured steps.
    /// </summary>
    public const string GradientSignal = "policy/gradient_signal_square";

    /// <summary>Unbiased estimate of the variance of the step's whole gradient, summed over all parameters, from the same parts; in measured steps.</summary>
    public const string GradientNoise = "policy/gradient_noise_square";

    /// <summary>Signal over noise of the step's gradient, divided by the tokens that the step sampled; in measured steps.</summary>
    public const string GradientSignalPerToken = "policy/gradient_signal_to_noise_per_token";

    // The sampler against the trainer.
    /// <summary>Distance between the sampler's and the trainer's log-probability of a sampled token, mean over the step's tokens.</summary>
    public const string BehaviourDifferenceMean = "sampler/log_prob_difference_mean_nats";
    /// <summary>Largest distance between the sampler's and the trainer's log-probability of a sampled token of the step.</summary>
    public const string BehaviourDifferenceHighest = "sampler/log_prob_difference_max_nats";
    /// <summary>
    /// Effective sample size (Σw)² / (n Σw²) of the weights w = π_old / π_sampler over the step's n tokens, as a share of n.
    /// </summary>
    public const string EffectiveSampleSize = "sampler/effective_sample_fraction";

    // Reference.
    /// <summary>KL(π_old || π_ref) per token by the run's own estimator (k1 where that is k2 or abs, which are no KL), mean over the step's tokens.</summary>
    public const string KlReference = "reference/kl_nats";
    /// <summary>KL(π_old || π_ref) estimated by the mean of log π_old - log π_ref over the step's tokens.</summary>
    public const string KlReferenceK1 = "reference/kl_k1_nats";
    /// <summary>KL(π_old || π_ref) estimated by the mean of π_ref / π_old - 1 + log π_old - log π_ref over the step's tokens.</summary>
    public const string KlReferenceK3 = "reference/kl_k3_nats";
    /// <summary>
    /// KL(π_old || π_ref) summed over a response's tokens by the run's own estimator, mean over the step's scored responses.
    /// </summary>
    public const string KlReferenceSequence = "reference/kl_sequence_nats";

    /// <summary>
    /// Exact KL(π ‖ π_ref) per token, summed over the whole vocabulary, of the policy after the step, on some of the step's responses; in measured steps.
    /// </summary>
    public const string KlReferenceExact = "reference/kl_exact_nats";
    /// <summary>Weight β of the KL to the reference in this step.</summary>
    public const string KlCoefficient = "reference/kl_coefficient";
    /// <summary>Regularized objective J_β = reward/score_mean - β · reference/kl_sequence_nats.</summary>
    public const string RegularizedObjective = "reference/regularized_objective";

    // Advantages.
    /// <summary>Mean advantage over the step's tokens, before the normalization of minibatches.</summary>
    public const string AdvantageMean = "advantage/mean";
    /// <summary>Standard deviation of the advantages over the step's tokens, divided by their number n, before normalization.</summary>
    public const string AdvantageDeviation = "advantage/std";
    /// <summary>Lowest advantage of a token of the step, before normalization.</summary>
    public const string AdvantageLowest = "advantage/min";
    /// <summary>Highest advantage of a token of the step, before normalization.</summary>
    public const string AdvantageHighest = "advantage/max";

    // The critic.
    /// <summary>
    /// Explained variance 1 - Var(R - V) / Var(R) over the step's tokens, with the values from before the step's updates.
    /// </summary>
    public const string ExplainedVariance = "critic/explained_variance";
    /// <summary>Mean of the critic's values over the step's tokens, before the step's updates.</summary>
    public const string ValueMean = "critic/value_mean";
    /// <summary>Mean of the returns over the step's tokens, the targets of the critic.</summary>
    public const string ReturnMean = "critic/return_mean";
    /// <summary>
    /// Clipped squared error max((V - R)², (clip(V, V_old ± c) - R)²) without the factor 1/2, mean over the tokens of all updates; of
    /// normalized returns where the critic learns those.
    /// </summary>
    public const string ValueLoss = "critic/value_loss";
    /// <summary>Share of tokens whose clipped squared error is the larger one, so that their gradient stops, over all updates.</summary>
    public const string ValueClip = "critic/clip_fraction";
    /// <summary>Euclidean norm of the critic's gradient before it is cut, mean over the step's updates.</summary>
    public const string CriticGradientNorm = "critic/gradient_norm";
    /// <summary>Learning rate of the critic's last update in the step.</summary>
    public const string CriticLearningRate = "critic/learning_rate";

    /// <summary>Prefix of the mean value of one tenth of the step's tokens, ordered by value.</summary>
    public const string CalibrationValuePrefix = "critic/calibration_value/";

    /// <summary>Prefix of the mean reward to go of the same tenth of the tokens.</summary>
    public const string CalibrationReturnPrefix = "critic/calibration_return/";

    /// <summary>Mean over fixed prompts of the absolute change of V at the prompt's end since the step before.</summary>
    public const string ValueChange = "critic/value_change_mean";

    /// <summary>Share of the fixed prompts whose V turned around: it rose after it fell, or fell after it rose.</summary>
    public const string ValueReversals = "critic/value_reversals_fraction";

    /// <summary>
    /// Pearson correlation over the step's tokens between the advantages, before normalization, and those of the group mean on the same data; where prompts
    /// have several completions.
    /// </summary>
    public const string GroupAdvantageCorrelation = "critic/group_advantage_correlation";

    /// <summary>
    /// Share of the tokens with a group advantage other than 0 on which the advantages, before normalization, have the other sign; where prompts have several
    /// completions.
    /// </summary>
    public const string GroupAdvantageSigns = "critic/group_advantage_sign_flips_fraction";

    /// <summary>
    /// Root of the mean square of the difference between the advantages, before normalization, and those of the group mean, divided by the root of the mean
    /// square of the latter; where prompts have several completions.
    /// </summary>
    public const string GroupAdvantageDifference = "critic/group_advantage_difference";

    // Supervised fine-tuning.
    /// <summary>Cross-entropy of the demonstrations' completion tokens, mean over the step's tokens.</summary>
    public const string SftLoss = "sft/loss_nats";
    /// <summary>Share of the step's completion tokens to which the model gives the highest probability.</summary>
    public const string SftAccuracy = "sft/token_accuracy_fraction";
    /// <summary>Completion tokens that the step learned from.</summary>
    public const string SftTokens = "sft/tokens";

    // Reward models.
    /// <summary>Bradley-Terry loss of the step's pairs with their margins, mean over pairs, the centering term not counted.</summary>
    public const string RewardModelLoss = "reward_model/loss_nats";
    /// <summary>Share of the step's pairs whose chosen completion has the higher score; equal scores count half.</summary>
    public const string RewardModelAccuracy = "reward_model/accuracy_fraction";
    /// <summary>Score of the chosen minus score of the rejected completion, mean over the step's pairs.</summary>
    public const string RewardModelMargin = "reward_model/margin_mean";
    /// <summary>Mean score of the step's completions, chosen and rejected alike.</summary>
    public const string RewardModelScoreMean = "reward_model/score_mean";
    /// <summary>Standard deviation of the scores of the step's completions, divided by their number.</summary>
    public const string RewardModelScoreDeviation = "reward_model/score_std";
    /// <summary>Tokens that went through the network: prompt and completion of both sides of the step's pairs.</summary>
    public const string RewardModelTokens = "reward_model/tokens";
    /// <summary>Euclidean norm of the reward model's gradient before it is cut.</summary>
    public const string RewardModelGradientNorm = "reward_model/gradient_norm";
    /// <summary>Learning rate of the step's update.</summary>
    public const string RewardModelLearningRate = "reward_model/learning_rate";

    // Held-out problems (validation split).
    /// <summary>Sampled pass@1: share of the scored validation problems that one sampled answer passes.</summary>
    public const string ValidationSampled = "validation/sampled_pass_fraction";
    /// <summary>Greedy pass@1: share of the scored validation problems that the most likely answer, token by token, passes.</summary>
    public const string ValidationGreedy = "validation/greedy_pass_fraction";
    /// <summary>Mean total score of one sampled answer to each scored validation problem.</summary>
    public const string ValidationScore = "validation/sampled_score_mean";
    /// <summary>Cross-entropy of the validation demonstrations' completion tokens, mean over tokens.</summary>
    public const string ValidationLoss = "validation/loss_nats";
    /// <summary>Mean length of the sampled answers to validation problems.</summary>
    public const string ValidationLength = "validation/length_mean_tokens";
    /// <summary>Share of the validation pairs whose chosen completion has the higher score; equal scores count half.</summary>
    public const string ValidationPairAccuracy = "validation/pair_accuracy_fraction";
    /// <summary>Bradley-Terry loss of the validation pairs with their margins, mean over pairs.</summary>
    public const string ValidationPairLoss = "validation/pair_loss_nats";
    /// <summary>Score of the chosen minus score of the rejected completion, mean over the validation pairs.</summary>
    public const string ValidationPairMargin = "validation/pair_margin_mean";
    /// <summary>Mean score of the completions of the validation pairs.</summary>
    public const string ValidationPairScoreMean = "validation/pair_score_mean";
    /// <summary>Standard deviation of the scores of the completions of the validation pairs, divided by their number.</summary>
    public const string ValidationPairScoreDeviation = "validation/pair_score_std";
    /// <summary>
    /// Expected calibration error: over ten bins of the validation pairs by the probability that the scores give to their ranking, the mean distance,
    /// weighted by pairs, between that probability and the share ranked right.
    /// </summary>
    public const string ValidationCalibrationError = "validation/calibration_error_fraction";
    /// <summary>Prefix: validation pairs whose probability of being ranked right, by the scores, lies in the interval.</summary>
    public const string ReliabilityPairsPrefix = "validation/reliability_pairs/";
    /// <summary>Prefix: mean of that probability over the interval's pairs.</summary>
    public const string ReliabilityConfidencePrefix = "validation/reliability_probability/";
    /// <summary>Prefix: share of the interval's pairs that is ranked right; equal scores count half.</summary>
    public const string ReliabilityAccuracyPrefix = "validation/reliability_accuracy/";
    /// <summary>Prefix of the mean of one metric that the run is not trained on, over the sampled answers to validation problems that it scored.</summary>
    public const string ValidationMetricPrefix = "validation/metric/";
    /// <summary>Prefix of one metric's alarm: 1 from the measurement on in which it fell while the reward rose, else 0.</summary>
    public const string ValidationAlarmPrefix = "validation/alarm/";

    /// <summary>Share of several sampled answers per problem that pass, on the problems of evaluation.curve.</summary>
    public const string HeldOutPass = "held_out/pass_fraction";

    /// <summary>Unbiased estimate of the share of those problems that at least one of k samples solves, k being evaluation.curve.samples.</summary>
    public const string HeldOutPassAtK = "held_out/pass_at_k_fraction";

    /// <summary>Share of those problems whose commonest sampled answer passes; among equally common answers, the mean.</summary>
    public const string HeldOutMajority = "held_out/majority_fraction";

    /// <summary>Share of those problems whose most likely answer passes.</summary>
    public const string HeldOutGreedy = "held_out/greedy_pass_fraction";

    // The run.
    /// <summary>Tokens sampled in the step.</summary>
    public const string SampledTokens = "run/sampled_tokens";
    /// <summary>Tokens sampled in all steps so far.</summary>
    public const string TotalSampledTokens = "run/total_sampled_tokens";
    /// <summary>Steps so far that were given up because a number was not finite.</summary>
    public const string SkippedSteps = "run/skipped_updates";

    // Time and memory: no two runs have the same.
    /// <summary>Time spent sampling completions.</summary>
    public const string RolloutSeconds = "time/rollout_seconds";
    /// <summary>Time spent waiting for scores after the last completion.</summary>
    public const string RewardSeconds = "time/reward_wait_seconds";
    /// <summary>Time spent on log-probabilities of the old policy and the reference.</summary>
    public const string LogProbSeconds = "time/log_prob_seconds";
    /// <summary>Time spent on token rewards and advantages, the critic left out.</summary>
    public const string AdvantageSeconds = "time/advantage_seconds";
    /// <summary>Time spent updating the policy.</summary>
    public const string UpdateSeconds = "time/update_seconds";

    /// <summary>Wall-clock time of the critic: its values, and its updates.</summary>
    public const string CriticSeconds = "time/critic_seconds";
    /// <summary>Time spent measuring: held-out problems, the closer looks of measured steps, and the tokens of logged completions.</summary>
    public const string EvaluationSeconds = "time/evaluation_seconds";
    /// <summary>Time of the whole step: the sum of the phases, the critic among them.</summary>
    public const string StepSeconds = "time/step_seconds";
    /// <summary>Time from the start of the process to the first token that the run samples, in the first step of a process only.</summary>
    public const string FirstTokenSeconds = "time/first_token_seconds";
    /// <summary>Sampled tokens divided by the time spent sampling.</summary>
    public const string RolloutRate = "rate/rollout_tokens_per_second";
    /// <summary>Prompt and response tokens of all updates of the step, divided by the time spent updating the policy.</summary>
    public const string UpdateRate = "rate/update_tokens_per_second";
    /// <summary>Memory of the process that is in RAM at the end of the step.</summary>
    public const string ResidentMemory = "memory/resident_mib";

    /// <summary>Processor time of all threads of the process in the step's own phases, measurements left out.</summary>
    public const string ProcessorSeconds = "time/processor_seconds";

    /// <summary>The most resident memory that the process has had so far.</summary>
    public const string PeakMemory = "memory/peak_mib";
}
