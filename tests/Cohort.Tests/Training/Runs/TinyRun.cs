using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

/// <summary>Runs of a model so small that a step takes milliseconds, with every part that a run carries from step to step in use.</summary>
internal static class TinyRun
{
    private const string Common =
        """
        {"seed": 7, "threads": 1, "data": {"kind": "task", "task": "reverse", "size": 2},
        "model": {"kind": "new", "hiddenSize": 16, "layers": 1, "heads": 2, "keyValueHeads": 2, "contextLength": 16},
        "evaluation": {"every": 3, "problems": 20}, "checkpoints": {"every": 2, "keep": 2},
        """;

    private const string Rl =
        """
        "update": {"epochsPerStep": 2, "minibatchRows": 8, "microBatchRows": 4},
        "budget": {"steps": 8}, "optimizer": {"learningRate": 0.01}, "algorithm": {
        "entropy": {"coefficient": 0.01, "target": 2, "step": 0.002}, "kl": {"coefficient": 0.05, "target": 0.05, "horizon": 100}, "preset":
        """;

    private const string Rollout = """ "rollout": {"promptsPerStep": 4, "samplesPerPrompt": 4}, """;

    // Eight steps of supervised fine-tuning.
    private const string Sft =
        Common + """ "steps": 8, "batchRows": 8, "optimizer": {"learningRate": 0.01, "warmupSteps": 2, "weightDecay": 0.01}} """;

    // Eight steps of a reward model, whose batches take several micro-batches.
    private const string RewardModel =
        Common + """ "steps": 8, "batchPairs": 6, "microBatchRows": 8, "centering": 0.01, "optimizer": {"learningRate": 0.01, "warmupSteps": 2}} """;

    // Eight steps of GRPO, with several updates each and a KL coefficient that adapts.
    private const string Grpo =
        Common + """ "rollout": {"promptsPerStep": 4, "samplesPerPrompt": 4, "maxRefills": 1, "curriculum": {"leaveOut": 0.5}}, """ + Rl + """ "grpo"}} """;

    // Eight steps of PPO, the critic a copy of the policy, which learns alone for a step.
    private const string Ppo =
        Common + Rollout + Rl + """ "ppo", "advantage": {"kind": "critic", "critic": {"warmupSteps": 1, "optimizer": {"learningRate": 0.01}}}}} """;

    // Eight steps of PPO with a critic of another shape.
    private const string FreshPpo =
        Common + Rollout + Rl + """ "ppo", "advantage": {"kind": "critic", "critic": {"start": {"kind": "fresh", "hiddenSize": 8, "layers": 2, "heads": 1}}}}} """;

    /// <summary>For runs that nothing stops.</summary>
    public static readonly Func<CancellationToken> Never = () => CancellationToken.None;

    /// <summary>The run files by the names of their kinds.</summary>
    public static string File(string kind) => kind switch
    {
        "sft" => Sft,
        "reward-model" => RewardModel,
        "grpo" => Grpo,
        "ppo" => Ppo,
        "ppo-fresh" => FreshPpo,
        "sft-lora" => WithAdapter(Sft, """ "rank": 2, "alpha": 4, "dropout": 0.2 """),
        "grpo-lora" => WithAdapter(Grpo.Replace("\"maxRefills\": 1", "\"maxRefills\": 0", StringComparison.Ordinal), """ "rank": 3, "alpha": 6, "rsLora": true, "targets": "q_proj,mlp.down_proj" """),
        "ppo-lora" => WithAdapter(Ppo, """ "rank": 2, "alpha": 4 """),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    // Only an adapter and, with PPO, the critic's adapter and head are trained.
    private static string WithAdapter(string file, string adapter) =>
        file.Replace("\"contextLength\": 16}", $"\"contextLength\": 16, \"adapter\": {{\"kind\": \"lora\", {adapter}}}}}", StringComparison.Ordinal);

    /// <summary>Whether a kind samples: then it is reinforcement learning, whose steps are a budget.</summary>
    public static bool Samples(string kind) => !kind.StartsWith("sft", StringComparison.Ordinal) && kind != "reward-model";

    /// <summary>The setting of a model folder in place of a new model.</summary>
    public static string Folder(string path) => $$"""model={"kind": "folder", "path": "{{path}}"}""";

    /// <summary>Begins a run and trains it to its end.</summary>
    public static RunResult Train(string kind, string directory, params string[] sets) =>
        Train(kind, directory, new SilentSink(), Never, sets);

    /// <inheritdoc cref="Train(string, string, string[])"/>
    public static RunResult Train(string kind, string directory, IMetricSink sink, Func<CancellationToken> cancel, params string[] sets)
    {
        if (kind == "reward-model")
        {
            using var model = RewardModelRun.Start(directory, RunFile.ParseRewardModel(File(kind), sets), sink);
            return model.Train(cancel());
        }

        if (!Samples(kind))
        {
            using var sft = SftRun.Start(directory, RunFile.ParseSft(File(kind), sets), sink);
            return sft.Train(cancel());
        }

        using var run = PolicyRun.Start(directory, RunFile.ParseRun(File(kind), sets), sink);
        return run.Train(cancel());
    }

    /// <summary>Begins a run with a reward of the test's own.</summary>
    public static RunResult Train(string kind, string directory, IRewardFunction reward, Func<CancellationToken> cancel, params string[] sets)
    {
        using var run = PolicyRun.Start(directory, RunFile.ParseRun(File(kind), sets), reward, new SilentSink());
        return run.Train(cancel());
    }

    /// <summary>Goes on with a run to its end.</summary>
    public static RunResult Resume(string kind, string directory, params string[] sets) =>
        Resume(kind, directory, new SilentSink(), Never, sets);

    /// <inheritdoc cref="Resume(string, string, string[])"/>
    public static RunResult Resume(string kind, string directory, IMetricSink sink, Func<CancellationToken> cancel, params string[] sets)
    {
        if (kind == "reward-model")
        {
            using var model = RewardModelRun.Resume(directory, RewardModelRun.ReadOptions(directory, sets), sink);
            return model.Train(cancel());
        }

        if (!Samples(kind))
        {
            using var sft = SftRun.Resume(directory, SftRun.ReadOptions(directory, sets), sink);
            return sft.Train(cancel());
        }

        using var run = PolicyRun.Resume(directory, PolicyRun.ReadOptions(directory, sets), sink);
        return run.Train(cancel());
    }

    /// <summary>Goes on with a run that has a reward of the test's own.</summary>
    public static RunResult Resume(string directory, IRewardFunction reward, params string[] sets)
    {
        using var run = PolicyRun.Resume(directory, PolicyRun.ReadOptions(directory, sets), reward, new SilentSink());
        return run.Train();
    }
}

/// <summary>Nobody looks.</summary>
internal class SilentSink : IMetricSink
{
    public virtual void Write(StepMetrics metrics)
    {
    }

    public virtual void Progress(RunPhase phase, long done, long total)
    {
    }

    public virtual void Notice(string message)
    {
    }
}

/// <summary>Keeps what it is told.</summary>
internal sealed class KeepingSink : SilentSink
{
    public List<StepMetrics> Steps { get; } = [];

    public List<string> Notices { get; } = [];

    public override void Write(StepMetrics metrics) => Steps.Add(metrics);

    public override void Notice(string message) => Notices.Add(message);
}
