using System.Text.Json.Serialization;

namespace Cohort.Training;

/// <summary>What every run has, SFT and RL alike.</summary>
public abstract record CommonOptions
{
    private protected CommonOptions()
    {
    }

    /// <summary>Every random number of the run is derived from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads of the tensor library; 0 is the physical cores, counted when the run starts. They change the bits.</summary>
    public int Threads
    {
        get;
        init => field = value is >= 0 and <= 1024 ? value
            : throw new ArgumentOutOfRangeException(nameof(Threads), value, "Threads must lie in [0, 1024]; 0 is the physical cores.");
    }

    /// <summary>The starting model.</summary>
    public ModelOptions Model { get; init; } = new FolderModel();

    /// <summary>Where problems or demonstrations come from.</summary>
    public DataOptions Data { get; init; } = new TaskData();

    /// <summary>The policy's optimizer.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>Measuring on held-out problems.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Saving.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>Relations that hold for every run.</summary>
    /// <param name="maxNewTokens">The option that limits an answer, and its key.</param>
    private protected IEnumerable<string> CommonProblems((string Key, int Value) maxNewTokens)
    {
        if (Model is NewModel { HiddenSize: var width, Heads: var heads } && width % (heads * 2) != 0)
        {
            yield return $"model.hiddenSize is {width}, which does not divide into model.heads = {heads} heads of an even size; choose a "
                + $"multiple of {heads * 2}.";
        }

        if (Model is NewModel { Heads: var queries, KeyValueHeads: var keys } && queries % keys != 0)
        {
            yield return $"model.heads is {queries}, which does not divide among model.keyValueHeads = {keys}; choose a "
                + $"multiple of {keys}.";
        }

        if (Model is NewModel { ContextLength: var context } && maxNewTokens.Value >= context)
        {
            yield return $"{maxNewTokens.Key} is {maxNewTokens.Value}, which leaves no room for a prompt in model.contextLength = "
                + $"{context} tokens; lower the one or raise the other.";
        }

        if (Evaluation is { Every: 0, StopAt: > 0 })
        {
            yield return $"evaluation.stopAt is {Evaluation.StopAt}, but evaluation.every = 0 never measures; give it a number of steps "
                + "such as 25, or set stopAt to 0.";
        }

        if (Evaluation is { Every: 0, Patience: > 0 })
        {
            yield return $"evaluation.patience is {Evaluation.Patience}, but evaluation.every = 0 never measures; give it a number of "
                + "steps such as 25, or set patience to 0.";
        }
    }
}

/// <summary>All options of an RL run: `cohort train`.</summary>
public sealed record RunOptions : CommonOptions
{
    /// <summary>What scores a completion.</summary>
    public RewardOptions Reward { get; init; } = new AutomaticReward();

    /// <summary>The algorithm; a run file names a preset and overrides parts of it.</summary>
    public AlgorithmOptions Algorithm { get; init; } = AlgorithmOptions.Grpo;

    /// <summary>Collecting completions.</summary>
    public RolloutOptions Rollout { get; init; } = new();

    /// <summary>Using them.</summary>
    public UpdateOptions Update { get; init; } = new();

    /// <summary>When the run ends.</summary>
    public BudgetOptions Budget { get; init; } = new();

    /// <summary>Relations between options that no single range can state.</summary>
    /// <returns>One message per problem; none where all is well.</returns>
    public IEnumerable<string> Problems()
    {
        if (Model is FolderModel { Path: "" })
        {
            yield return "model.path is missing: name a model folder (`cohort sft` makes one).";
        }

        if (Data is FileData { Path: "" })
        {
            yield return "data.path is missing: name a JSONL file with a prompt and an answer per line.";
        }

        if (Algorithm.Advantage is GroupRelative && Rollout.SamplesPerPrompt < 2)
        {
            yield return $"rollout.samplesPerPrompt is {Rollout.SamplesPerPrompt}: comparing a group needs at least 2 completions of a "
                + "prompt; raise it, or choose an advantage with a critic.";
        }

        if ((long)Rollout.PromptsPerStep * Rollout.SamplesPerPrompt > int.MaxValue)
        {
            yield return $"rollout.promptsPerStep * rollout.samplesPerPrompt is {Rollout.PromptsPerStep} * {Rollout.SamplesPerPrompt} = "
                + $"{(long)Rollout.PromptsPerStep * Rollout.SamplesPerPrompt}; a step has at most {int.MaxValue} rows; lower one of them.";
        }
        else if (Update.MinibatchRows > Rollout.Rows)
        {
            yield return $"update.minibatchRows is {Update.MinibatchRows}, but a step has only promptsPerStep * samplesPerPrompt = "
                + $"{Rollout.PromptsPerStep} * {Rollout.SamplesPerPrompt} = {Rollout.Rows} rows; lower it, or 0 for all rows.";
        }

        if (Budget is { Steps: 0, Tokens: 0 })
        {
            yield return "budget.steps and budget.tokens are both 0: give at least one of them, so that the run ends.";
        }

        if (Algorithm.Kl is { Target: > 0, Coefficient: 0 })
        {
            yield return $"algorithm.kl.target is {Algorithm.Kl.Target}, but algorithm.kl.coefficient is 0, which adapting cannot move; "
                + "give the coefficient a first value such as 0.05.";
        }

        if (Algorithm.Advantage is CriticAdvantage { Critic.Start: FreshCritic fresh } && fresh.HiddenSize % (fresh.Heads * 2) != 0)
        {
            yield return $"the critic's hiddenSize {fresh.HiddenSize} does not divide into {fresh.Heads} heads of an even size; choose a "
                + $"multiple of {fresh.Heads * 2}.";
        }

        if (Algorithm.Advantage is CriticAdvantage { Critic.WarmupSteps: var warmup } && Budget.Steps > 0 && warmup >= Budget.Steps)
        {
            yield return $"algorithm.advantage.critic.warmupSteps is {warmup}, but the run ends after budget.steps = {Budget.Steps}, so "
                + "that the policy would never learn; lower the one or raise the other.";
        }

        foreach (var problem in CommonProblems(("rollout.maxNewTokens", Rollout.MaxNewTokens)))
            yield return problem;
    }
}

/// <summary>All options of supervised fine-tuning: `cohort sft`.</summary>
public sealed record SftOptions : CommonOptions
{
    /// <summary>Optimizer steps at most.</summary>
    public int Steps
    {
        get;
        init => field = value is >= 1 and <= 100_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps must lie in [1, 100000000].");
    } = 500;

    /// <summary>Demonstrations per optimizer step.</summary>
    public int BatchRows
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(BatchRows), value, "BatchRows must lie in [1, 1000000].");
    } = 128;

    /// <summary>Rows that go through the network together; 0 is chosen from the model's shape when the run starts.</summary>
    public int MicroBatchRows
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MicroBatchRows), value, "MicroBatchRows must be at least 0; 0 is automatic.");
    }

    /// <summary>The longest answer that evaluation samples, in tokens; 0 is the longest demonstration of the held-out split.</summary>
    public int MaxNewTokens
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxNewTokens), value, "MaxNewTokens must lie in [0, 1000000]; 0 is automatic.");
    }

    /// <inheritdoc cref="RunOptions.Problems"/>
    public IEnumerable<string> Problems()
    {
        if (Model is FolderModel { Path: "" })
        {
            yield return "model.path is missing: name a model folder, or {\"kind\": \"new\"} for a new model.";
        }

        if (Data is FileData { Path: "" })
        {
            yield return "data.path is missing: name a JSONL file with a prompt and a completion per line.";
        }

        foreach (var problem in CommonProblems(("maxNewTokens", MaxNewTokens)))
            yield return problem;
    }
}

/// <summary>Collecting completions.</summary>
public sealed record RolloutOptions
{
    /// <summary>P, prompts per step.</summary>
    public int PromptsPerStep
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(PromptsPerStep), value, "PromptsPerStep must lie in [1, 1000000].");
    } = 32;

    /// <summary>G, completions per prompt.</summary>
    public int SamplesPerPrompt
    {
        get;
        init => field = value is >= 1 and <= 100_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(SamplesPerPrompt), value, "SamplesPerPrompt must lie in [1, 100000].");
    } = 8;

    /// <summary>Logits are divided by it.</summary>
    public double Temperature
    {
        get;
        init => field = value is > 0 and <= 100 ? value
            : throw new ArgumentOutOfRangeException(nameof(Temperature), value, "Temperature must lie in (0, 100].");
    } = 1;

    /// <summary>
    /// The longest completion, in tokens; 0 is the task's longest answer and an end-of-sequence token, or for a file what the longest prompt leaves
    /// of the context, at most 64.
    /// </summary>
    public int MaxNewTokens
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxNewTokens), value, "MaxNewTokens must lie in [0, 1000000]; 0 is automatic.");
    }

    /// <summary>Rows that are decoded together at most.</summary>
    public int LargestBatch
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(LargestBatch), value, "LargestBatch must lie in [1, 1000000].");
    } = 512;

    /// <summary>Prompts per step whose completions are written to rollouts.jsonl.</summary>
    public int LoggedPrompts
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(LoggedPrompts), value, "LoggedPrompts must lie in [0, 1000000].");
    } = 2;

    /// <summary>B, rows per step.</summary>
    [JsonIgnore]
    public int Rows => PromptsPerStep * SamplesPerPrompt;
}

/// <summary>Using a step's completions.</summary>
public sealed record UpdateOptions
{
    /// <summary>Passes over a step's rows.</summary>
    public int EpochsPerStep
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(EpochsPerStep), value, "EpochsPerStep must lie in [1, 1000].");
    } = 1;

    /// <summary>Rows per optimizer step; 0 is all rows.</summary>
    public int MinibatchRows
    {
        get;
        init => field = value is >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MinibatchRows), value, "MinibatchRows must be at least 0; 0 is all rows.");
    }

    /// <summary>Rows that go through the network together; 0 is chosen from the model's shape when the run starts.</summary>
    public int MicroBatchRows
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MicroBatchRows), value, "MicroBatchRows must be at least 0; 0 is automatic.");
    }

    /// <summary>KL(old || current) per token, in nats, past which a step's remaining updates are left out; 0 never.</summary>
    public double StopAtKl
    {
        get;
        init => field = value is >= 0 and < double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(nameof(StopAtKl), value, "StopAtKl must be at least 0 and finite; 0 never stops.");
    }

    /// <summary>Computes old log-probabilities with the trainer's forward even where the sampler's are the same numerics.</summary>
    public bool RecomputeOldLogProbs { get; init; }
}

/// <summary>When a run ends: at the first limit. Learning-rate schedules run over it.</summary>
public sealed record BudgetOptions
{
    /// <summary>Steps; 0 is no limit.</summary>
    public int Steps
    {
        get;
        init => field = value is >= 0 and <= 100_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps must lie in [0, 100000000]; 0 is no limit.");
    } = 100;

    /// <summary>Sampled tokens; 0 is no limit.</summary>
    public long Tokens
    {
        get;
        init => field = value is >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Tokens), value, "Tokens must be at least 0; 0 is no limit.");
    }

    /// <summary>The share of the budget that is used up, in [0, 1].</summary>
    internal double Progress(long step, long tokens) => Math.Min(
        1, Math.Max(Steps > 0 ? (double)step / Steps : 0, Tokens > 0 ? (double)tokens / Tokens : 0));
}

/// <summary>Measuring on held-out problems while training.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Steps between measurements on the validation split; 0 never.</summary>
    public int Every
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Every), value, "Every must be at least 0; 0 never.");
    } = 25;

    /// <summary>Validation problems per measurement.</summary>
    public int Problems
    {
        get;
        init => field = value is >= 1 and <= 10_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Problems), value, "Problems must lie in [1, 10000000].");
    } = 200;

    /// <summary>The run stops once sampled pass@1 on the validation split reaches this; 0 never. Above 1 is out of range.</summary>
    public double StopAt
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(StopAt), value, "StopAt must lie in [0, 1]; 0 never stops.");
    }

    /// <summary>Measurements without a new best after which the run stops; 0 never.</summary>
    public int Patience
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Patience), value, "Patience must be at least 0; 0 never stops.");
    }
}

/// <summary>Saving.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Steps between checkpoints; the last step always has one.</summary>
    public int Every
    {
        get;
        init => field = value is >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Every), value, "Every must be at least 1.");
    } = 25;

    /// <summary>How many of the newest are kept, beside the best.</summary>
    public int Keep
    {
        get;
        init => field = value is >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Keep), value, "Keep must be at least 1.");
    } = 2;
}
