using Cohort.Data.Tasks;

namespace Cohort.Training;

/// <summary>
/// The settings of `cohort demo`, and the only place where they stand: fine-tune a weak base, then improve it with GRPO and PPO.
/// </summary>
public static class DemoPlan
{
    /// <summary>Digits per problem.</summary>
    public const int Size = 8;

    /// <summary>Test problems in the table at the end.</summary>
    /// <param name="quick">Whether the demo only shows that everything works.</param>
    public static int TestProblems(bool quick) => quick ? 200 : 2000;

    /// <summary>Fine-tuning a new model until it gets about a quarter right, so that there is something to improve.</summary>
    /// <param name="seed">Where random numbers come from.</param>
    /// <param name="quick">Whether the demo only shows that everything works.</param>
    public static SftOptions Sft(ulong seed, bool quick) => new()
    {
        Seed = seed,
        Model = new NewModel { ContextLength = 64 },
        Data = new TaskData { Task = TaskName.Sort, Size = Size },
        Optimizer = new AdamOptions { LearningRate = 2e-3, WarmupSteps = 20, WeightDecay = 0.01 },
        BatchRows = 128,
        Steps = quick ? 60 : 150,
        Evaluation = new() { Every = 10, Problems = quick ? 100 : 500, StopAt = 0.25 },
    };

    /// <summary>GRPO from the base.</summary>
    /// <param name="seed">Where random numbers come from.</param>
    /// <param name="baseFolder">The fine-tuned model.</param>
    /// <param name="quick">Whether the demo only shows that everything works.</param>
    public static RunOptions Grpo(ulong seed, string baseFolder, bool quick) => Common(seed, baseFolder, quick) with
    {
        Algorithm = AlgorithmOptions.Grpo,
        Rollout = new() { PromptsPerStep = 32, SamplesPerPrompt = 8 },
        Budget = new() { Steps = quick ? 10 : 200 },
    };

    /// <summary>PPO from the same base, with as many sampled tokens as GRPO had.</summary>
    /// <param name="seed">Where random numbers come from.</param>
    /// <param name="baseFolder">The fine-tuned model.</param>
    /// <param name="tokens">Sampled tokens.</param>
    /// <param name="quick">Whether the demo only shows that everything works.</param>
    public static RunOptions Ppo(ulong seed, string baseFolder, long tokens, bool quick) => Common(seed, baseFolder, quick) with
    {
        Algorithm = AlgorithmOptions.Ppo with
        {
            Advantage = new CriticAdvantage
            {
                Critic = new()
                {
                    Start = new FreshCritic { HiddenSize = 64, Layers = 2, Heads = 2 },
                    Optimizer = new AdamOptions { LearningRate = 1e-3 },
                },
            },
        },
        Rollout = new() { PromptsPerStep = 256, SamplesPerPrompt = 1 },
        Budget = new() { Steps = 0, Tokens = tokens },
    };

    private static RunOptions Common(ulong seed, string baseFolder, bool quick) => new()
    {
        Seed = seed,
        Model = new FolderModel { Path = baseFolder },
        Data = new TaskData { Task = TaskName.Sort, Size = Size },
        Optimizer = new AdamOptions { LearningRate = 3e-4, WarmupSteps = 5, Schedule = LearningRateSchedule.Linear },
        Evaluation = new() { Every = quick ? 5 : 25, Problems = quick ? 100 : 500 },
    };
}
