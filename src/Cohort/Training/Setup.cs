using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Tensors;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>From options to the things they name.</summary>
internal static class Setup
{
    /// <summary>Sets the thread count once, and gives it; 0 asks for the physical cores.</summary>
    public static int Threads(int asked)
    {
        var threads = asked > 0 ? asked : PhysicalCores.Count;
        if (get_num_threads() != threads)
        {
            set_num_threads(threads);
        }

        return threads;
    }

    /// <summary>The source of problems.</summary>
    public static ProblemSource Problems(DataOptions data, ulong seed) => data switch
    {
        TaskData task => new TaskProblems(BundledTasks.Create(task.Task, task.Size), seed),
        FileData file => new FileProblems(Data.Problems.ReadJsonLines(file.Path), seed),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The source of demonstrations.</summary>
    public static DemonstrationSource Demonstrations(DataOptions data, ulong seed) => data switch
    {
        TaskData task => new TaskDemonstrations(BundledTasks.Create(task.Task, task.Size), seed, task.Noise),
        FileData file => new FileDemonstrations(Data.Demonstrations.ReadJsonLines(file.Path), seed),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The reward that a run file names.</summary>
    /// <exception cref="TrainingException">The options ask for a function that only C# can give.</exception>
    public static IRewardFunction Reward(RewardOptions reward, DataOptions data) => reward switch
    {
        AutomaticReward => data is TaskData ? Reward(new TaskVerifier(), data) : new ExactReward(),
        TaskVerifier verifier => new TaskReward(
            data is TaskData task ? BundledTasks.Create(task.Task, task.Size) : BundledTasks.Create(verifier.Task)),
        ExactMatch => new ExactReward(),
        NumberMatch => new NumberReward(),
        ThinkTags => new ThinkFormatReward(),
        Repetition repetition => new RepetitionReward(repetition.Run, repetition.Penalty),
        CustomReward => throw new TrainingException(
            "reward.kind is custom: the reward is a C# function, which a run file cannot name. Pass it to PolicyRun.Start or PolicyRun.Resume."),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The tokenizer of a run: the folder's, or for a new model every character of its data.</summary>
    public static Tokenizer Tokenizer(ModelOptions model, DataOptions data) => model switch
    {
        FolderModel folder => TokenizerFolder.Load(ModelFolder.TokenizerOf(folder.Path)),
        NewModel => new CharacterTokenizer(data switch
        {
            TaskData task => BundledTasks.Create(task.Task, task.Size).Alphabet,
            FileData file => string.Concat(
                Data.Demonstrations.ReadJsonLines(file.Path).Select(pair => pair.Problem.Prompt + pair.Completion)),
            _ => throw new System.Diagnostics.UnreachableException(),
        }),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The longest completion of a run in tokens, where the options leave it open.</summary>
    /// <param name="asked">What the options say; 0 is automatic.</param>
    /// <param name="data">A task knows its longest answer.</param>
    /// <param name="room">What the longest prompt leaves of the context.</param>
    public static int MaxNewTokens(int asked, DataOptions data, int room) => asked > 0 ? asked : data switch
    {
        TaskData task => BundledTasks.Create(task.Task, task.Size).LongestAnswer + 1,
        _ => Math.Clamp(room, 1, 64),
    };

    /// <summary>The length of a problem's prompt or completion, in tokens.</summary>
    /// <exception cref="DataException">The tokenizer does not know a character of it.</exception>
    public static int Length(Tokenizer tokenizer, Problem problem, string text)
    {
        try
        {
            return tokenizer.Encode(text).Count;
        }
        catch (TokenizationException error)
        {
            throw new DataException($"Problem '{problem.Id}': {error.Message}", error);
        }
    }

    /// <summary>Requires that every prompt fits the context together with the longest completion.</summary>
    /// <param name="prompts">Problems with the lengths of their prompts, in tokens.</param>
    /// <param name="config">The model.</param>
    /// <param name="maxNewTokens">The longest completion, in tokens.</param>
    /// <exception cref="DataException">A prompt is too long; the message names it and gives the numbers.</exception>
    public static void RequirePromptsFit(IEnumerable<(Problem Problem, int Length)> prompts, ModelConfig config, int maxNewTokens)
    {
        foreach (var (problem, length) in prompts.Where(prompt => prompt.Length + maxNewTokens > config.ContextLength))
        {
            throw new DataException(
                $"Problem '{problem.Id}' has a prompt of {length} tokens, which with rollout.maxNewTokens {maxNewTokens} does not fit the model's "
                + $"context of {config.ContextLength}; shorten it, leave it out, or lower rollout.maxNewTokens.");
        }
    }
}
