namespace Cohort.Telemetry;

/// <summary>Every metric's name, unit last. Each covers the whole step, weighted by tokens or responses, and has a line in docs/metrics.md.</summary>
public static class MetricNames
{
    // Reward: over scored completions.
    /// <summary>TODO-DOC</summary>
    public const string ScoreMean = "reward/score_mean";
    /// <summary>TODO-DOC</summary>
    public const string ScoreDeviation = "reward/score_std";
    /// <summary>TODO-DOC</summary>
    public const string ScoreLowest = "reward/score_min";
    /// <summary>TODO-DOC</summary>
    public const string ScoreHighest = "reward/score_max";
    /// <summary>TODO-DOC</summary>
    public const string GroupDeviation = "reward/group_std_mean";
    /// <summary>TODO-DOC</summary>
    public const string FlatGroups = "reward/flat_groups_fraction";
    /// <summary>TODO-DOC</summary>
    public const string AllRightGroups = "reward/all_best_groups_fraction";
    /// <summary>TODO-DOC</summary>
    public const string AllWrongGroups = "reward/all_worst_groups_fraction";
    /// <summary>TODO-DOC</summary>
    public const string Unscored = "reward/unscored_fraction";
    /// <summary>TODO-DOC</summary>
    public const string PartPrefix = "reward/part/";

    // Completions.
    /// <summary>TODO-DOC</summary>
    public const string LengthMean = "completion/length_mean_tokens";
    /// <summary>TODO-DOC</summary>
    public const string LengthShortest = "completion/length_min_tokens";
    /// <summary>TODO-DOC</summary>
    public const string LengthLongest = "completion/length_max_tokens";
    /// <summary>TODO-DOC</summary>
    public const string StoppedLengthMean = "completion/stopped_length_mean_tokens";
    /// <summary>TODO-DOC</summary>
    public const string CutOff = "completion/cut_off_fraction";
    /// <summary>TODO-DOC</summary>
    public const string PromptLengthMean = "prompt/length_mean_tokens";
    /// <summary>TODO-DOC</summary>
    public const string PromptLengthLongest = "prompt/length_max_tokens";

    // The seed's composite objective, term by term.
    /// <summary>TODO-DOC</summary>
    public const string Surrogate = "loss/surrogate";
    /// <summary>TODO-DOC</summary>
    public const string ValueTerm = "loss/value_term";
    /// <summary>TODO-DOC</summary>
    public const string EntropyTerm = "loss/entropy_term";
    /// <summary>TODO-DOC</summary>
    public const string KlTerm = "loss/kl_term";
    /// <summary>TODO-DOC</summary>
    public const string Composite = "loss/composite";

    // Policy.
    /// <summary>TODO-DOC</summary>
    public const string Entropy = "policy/entropy_nats";
    /// <summary>TODO-DOC</summary>
    public const string RatioMean = "policy/ratio_mean";
    /// <summary>TODO-DOC</summary>
    public const string RatioLowest = "policy/ratio_min";
    /// <summary>TODO-DOC</summary>
    public const string RatioHighest = "policy/ratio_max";
    /// <summary>TODO-DOC</summary>
    public const string ClipLow = "policy/clip_low_fraction";
    /// <summary>TODO-DOC</summary>
    public const string ClipHigh = "policy/clip_high_fraction";
    /// <summary>TODO-DOC</summary>
    public const string KlOldK1 = "policy/kl_old_k1_nats";
    /// <summary>TODO-DOC</summary>
    public const string KlOldK3 = "policy/kl_old_k3_nats";
    /// <summary>TODO-DOC</summary>
    public const string FirstRatioError = "policy/first_ratio_error";
    /// <summary>TODO-DOC</summary>
    public const string GradientNorm = "policy/gradient_norm";
    /// <summary>TODO-DOC</summary>
    public const string LearningRate = "policy/learning_rate";
    /// <summary>TODO-DOC</summary>
    public const string Updates = "policy/updates";
    /// <summary>TODO-DOC</summary>
    public const string UpdatesLeftOut = "policy/updates_left_out";
    /// <summary>TODO-DOC</summary>
    public const string BehaviourDifferenceMean = "sampler/log_prob_difference_mean_nats";
    /// <summary>TODO-DOC</summary>
    public const string BehaviourDifferenceHighest = "sampler/log_prob_difference_max_nats";

    // Reference.
    /// <summary>TODO-DOC</summary>
    public const string KlReference = "reference/kl_nats";
    /// <summary>TODO-DOC</summary>
    public const string KlReferenceK1 = "reference/kl_k1_nats";
    /// <summary>TODO-DOC</summary>
    public const string KlReferenceK3 = "reference/kl_k3_nats";
    /// <summary>TODO-DOC</summary>
    public const string KlReferenceSequence = "reference/kl_sequence_nats";
    /// <summary>TODO-DOC</summary>
    public const string KlCoefficient = "reference/kl_coefficient";
    /// <summary>TODO-DOC</summary>
    public const string RegularizedObjective = "reference/regularized_objective";

    // Advantages and the critic.
    /// <summary>TODO-DOC</summary>
    public const string AdvantageMean = "advantage/mean";
    /// <summary>TODO-DOC</summary>
    public const string AdvantageDeviation = "advantage/std";
    /// <summary>TODO-DOC</summary>
    public const string AdvantageLowest = "advantage/min";
    /// <summary>TODO-DOC</summary>
    public const string AdvantageHighest = "advantage/max";
    /// <summary>TODO-DOC</summary>
    public const string ExplainedVariance = "critic/explained_variance";
    /// <summary>TODO-DOC</summary>
    public const string ValueMean = "critic/value_mean";
    /// <summary>TODO-DOC</summary>
    public const string ReturnMean = "critic/return_mean";
    /// <summary>TODO-DOC</summary>
    public const string ValueLoss = "critic/value_loss";
    /// <summary>TODO-DOC</summary>
    public const string ValueClip = "critic/clip_fraction";
    /// <summary>TODO-DOC</summary>
    public const string CriticGradientNorm = "critic/gradient_norm";
    /// <summary>TODO-DOC</summary>
    public const string CriticLearningRate = "critic/learning_rate";

    // Supervised fine-tuning.
    /// <summary>TODO-DOC</summary>
    public const string SftLoss = "sft/loss_nats";
    /// <summary>TODO-DOC</summary>
    public const string SftAccuracy = "sft/token_accuracy_fraction";
    /// <summary>TODO-DOC</summary>
    public const string SftTokens = "sft/tokens";

    // Held-out problems (validation split).
    /// <summary>TODO-DOC</summary>
    public const string ValidationSampled = "validation/sampled_pass_fraction";
    /// <summary>TODO-DOC</summary>
    public const string ValidationGreedy = "validation/greedy_pass_fraction";
    /// <summary>TODO-DOC</summary>
    public const string ValidationScore = "validation/sampled_score_mean";
    /// <summary>TODO-DOC</summary>
    public const string ValidationLoss = "validation/loss_nats";
    /// <summary>TODO-DOC</summary>
    public const string ValidationLength = "validation/length_mean_tokens";

    // The run.
    /// <summary>TODO-DOC</summary>
    public const string SampledTokens = "run/sampled_tokens";
    /// <summary>TODO-DOC</summary>
    public const string TotalSampledTokens = "run/total_sampled_tokens";
    /// <summary>TODO-DOC</summary>
    public const string SkippedSteps = "run/skipped_updates";
    /// <summary>TODO-DOC</summary>
    public const string RolloutSeconds = "time/rollout_seconds";
    /// <summary>TODO-DOC</summary>
    public const string RewardSeconds = "time/reward_wait_seconds";
    /// <summary>TODO-DOC</summary>
    public const string LogProbSeconds = "time/log_prob_seconds";
    /// <summary>TODO-DOC</summary>
    public const string AdvantageSeconds = "time/advantage_seconds";
    /// <summary>TODO-DOC</summary>
    public const string UpdateSeconds = "time/update_seconds";
    /// <summary>TODO-DOC</summary>
    public const string EvaluationSeconds = "time/evaluation_seconds";
    /// <summary>TODO-DOC</summary>
    public const string StepSeconds = "time/step_seconds";
    /// <summary>TODO-DOC</summary>
    public const string FirstTokenSeconds = "time/first_token_seconds";
    /// <summary>TODO-DOC</summary>
    public const string RolloutRate = "rate/rollout_tokens_per_second";
    /// <summary>TODO-DOC</summary>
    public const string UpdateRate = "rate/update_tokens_per_second";
    /// <summary>TODO-DOC</summary>
    public const string ResidentMemory = "memory/resident_mib";
}
