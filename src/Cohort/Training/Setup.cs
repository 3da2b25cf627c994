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
        TaskVerifier verifier => new TaskReward(
            data is TaskData task ? BundledTasks.Create(task.Task, task.Size) : BundledTasks.Create(verifier.Task)),
        ExactMatch => new ExactReward(),
        NumberMatch => new NumberReward(),
        CustomReward => throw new TrainingException(
            "reward.kind is custom: the reward is a C# function, which a run file cannot name. Pass it to PolicyRun.Start or PolicyRun.Resume."),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The tokenizer of a run: the folder's, or for a new model every character of its data.</summary>
    public static Tokenizer Tokenizer(ModelOptions model, DataOptions data) => model switch
    {
        FolderModel folder => TokenizerFolder.Load(folder.Path),
        NewModel => new CharacterTokenizer(data switch
        {
            TaskData task => BundledTasks.Create(task.Task, task.Size).Alphabet,
            FileData file => string.Concat(
                Data.Demonstrations.ReadJsonLines(file.Path).Select(pair => pair.Problem.Prompt + pair.Completion)),
            _ => throw new System.Diagnostics.UnreachableException(),
        }),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The starting policy.</summary>
    public static LanguageModel Policy(ModelOptions model, Tokenizer tokenizer, ulong seed)
    {
        switch (model)
        {
            case FolderModel folder:
                return ModelFolder.Load(folder.Path);
            case NewModel shape:
                var config = shape.Shape(tokenizer);
                config.Validate();
                var policy = new LanguageModel(config);
                InitialWeights.Draw(policy, config, seed, Purpose.PolicyWeights);
                return policy;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The longest completion of a run in tokens, where the options leave it open.</summary>
    public static int MaxNewTokens(int asked, DataOptions data, Tokenizer tokenizer) => asked > 0 ? asked : data switch
    {
        TaskData task => BundledTasks.Create(task.Task, task.Size).LongestAnswer + 1,
        _ => 64,
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
    /// <returns>The longest prompt, in tokens.</returns>
    /// <exception cref="DataException">A prompt is too long, or has an unknown character; the message names it and gives the numbers.</exception>
    public static int RequirePromptsFit(IEnumerable<Problem> problems, Tokenizer tokenizer, ModelConfig config, int maxNewTokens)
    {
        var room = config.ContextLength - maxNewTokens;
        var longest = 0;
        foreach (var problem in problems)
        {
            var length = Length(tokenizer, problem, problem.Prompt);
            if (length > room)
            {
                throw new DataException(
                    $"Problem '{problem.Id}' has a prompt of {length} tokens, but the model's context is {config.ContextLength} and "
                    + $"maxNewTokens is {maxNewTokens}, so a prompt may have at most {room}; shorten it, leave it out, or lower maxNewTokens.");
            }

            longest = Math.Max(longest, length);
        }

        return longest;
    }
}
