using System.Globalization;
using System.Text;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Models;
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

    /// <summary>The options with device and type chosen, where they leave them open.</summary>
    /// <exception cref="ModelException">The device is not available.</exception>
    public static T Placed<T>(T options)
        where T : CommonOptions
    {
        var device = Models.Placement.Resolve(options.Device);
        return (T)((CommonOptions)options with { Device = device, Dtype = Models.Placement.Resolve(options.Dtype, device) });
    }

    /// <summary>The options with the day of the prompts chosen, where they leave it open.</summary>
    public static T Dated<T>(T options)
        where T : CommonOptions => options.Data.Today != "" ? options : options with
        {
            Data = options.Data with { Today = TimeProvider.System.GetLocalNow().ToString(DataOptions.DayFormat, CultureInfo.InvariantCulture) },
        };

    /// <summary>Where the networks of a run lie.</summary>
    /// <exception cref="ModelException">The device is not available.</exception>
    public static Placement Placement(CommonOptions options) => Models.Placement.Of(options.Device, options.Dtype);

    /// <summary>The source of problems.</summary>
    public static DataSource<Problem> Problems(DataOptions data, ulong seed) => data switch
    {
        TaskData task => new TaskProblems(BundledTasks.Create(task.Task, task.Size), seed),
        FileData file => ListSource.Of(file.Read(Data.Problems.Read), file.ReadHeldOut(Data.Problems.Read), seed),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The source of demonstrations.</summary>
    public static DataSource<Demonstration> Demonstrations(DataOptions data, ulong seed) => data switch
    {
        TaskData task => new TaskDemonstrations(BundledTasks.Create(task.Task, task.Size), seed, task.Noise),
        FileData file => ListSource.Of(file.Read(Data.Demonstrations.Read), file.ReadHeldOut(Data.Demonstrations.Read), seed),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The source of preferences.</summary>
    public static DataSource<Preference> Preferences(DataOptions data, ulong seed) => data switch
    {
        TaskData task => new TaskPreferences(BundledTasks.Create(task.Task, task.Size), seed),
        FileData file => ListSource.Of(file.Read(Data.Preferences.Read), file.ReadHeldOut(Data.Preferences.Read), seed),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The tokenizer of a run: the folder's, or for a new model every character of its data.</summary>
    public static Tokenizer Tokenizer(CommonOptions options) => options.Model switch
    {
        FolderModel folder => TokenizerFolder.Load(ModelFolder.TokenizerOf(folder.Path)),
        NewModel => new CharacterTokenizer(options.Data switch
        {
            TaskData task => BundledTasks.Create(task.Task, task.Size).Alphabet,
            FileData file when options is RewardModelOptions => CharactersOf(
                file.Read(Data.Preferences.Read).Concat(file.ReadHeldOut(Data.Preferences.Read)),
                pair => pair.Problem.Prompt + pair.Chosen + pair.Rejected),
            FileData file => CharactersOf(
                file.Read(Data.Demonstrations.Read).Concat(file.ReadHeldOut(Data.Demonstrations.Read)), row => row.Problem.Prompt + row.Completion),
            _ => throw new System.Diagnostics.UnreachableException(),
        }),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // Each once, in the order in which they first come.
    private static string CharactersOf<T>(IEnumerable<T> rows, Func<T, string> text)
    {
        var (known, alphabet) = (new HashSet<Rune>(), new StringBuilder());
        foreach (var character in rows.SelectMany(row => text(row).EnumerateRunes()).Where(known.Add))
            alphabet.Append(character.ToString());
        return alphabet.ToString();
    }

    /// <summary>What writes a run's prompts: the tokenizer, and the chat template of the folder where there is one.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="model">Where the model comes from; a new one has no template.</param>
    /// <param name="data">When the template is used.</param>
    public static PromptEncoder Prompts(Tokenizer tokenizer, ModelOptions model, DataOptions data) => Prompts(
        tokenizer, model is FolderModel folder ? ChatTemplate.Find(ModelFolder.TokenizerOf(folder.Path), NoonClock.Of(data.Today)) : null, data);

    /// <summary>What writes a run's prompts.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="template">The chat template, or null where the model has none.</param>
    /// <param name="data">When the template is used.</param>
    public static PromptEncoder Prompts(Tokenizer tokenizer, ChatTemplate? template, DataOptions data) =>
        new(tokenizer, template, data.Chat, data.System);

    /// <summary>What does not fit between a model and its chat template; empty where all is well.</summary>
    /// <param name="prompts">Writes prompts.</param>
    /// <param name="problem">One of the run's.</param>
    /// <param name="config">The model.</param>
    public static string ChatNotice(PromptEncoder prompts, Problem problem, ModelConfig config)
    {
        if (!prompts.WritesConversation(problem))
            return "";
        int end;
        try
        {
            end = prompts.Encode(new Demonstration(problem, "0")).Response[^1];
        }
        catch (DataException error)
        {
            return $"Whether the chat template's end of turn ends the model's completions is not known, as it writes no answer. {error.Message}";
        }

        return config.EndsCompletion(end) || end == prompts.Tokenizer.EndOfSequence ? ""
            : $"The chat template ends the assistant's messages with token {end}, which does not end the model's completions "
                + $"({string.Join(", ", config.FurtherStops.Prepend(config.EndOfSequence))} do): add it to \"eos_token_id\" of the folder's "
                + $"{ModelConfig.GenerationFileName}, or completions go on behind the answer.";
    }

    /// <summary>The starting policy's shape, without its weights.</summary>
    /// <param name="model">What the options say.</param>
    /// <param name="tokenizer">The run's; a new model has its vocabulary.</param>
    public static ModelConfig Config(ModelOptions model, Tokenizer tokenizer)
    {
        var config = model switch
        {
            FolderModel folder => ModelConfig.Read(ModelFolder.BaseOf(folder.Path)),
            NewModel shape => shape.Shape(tokenizer),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        config.Validate();
        return config;
    }

    /// <summary>The longest completion of a run in tokens, where the options leave it open.</summary>
    /// <param name="asked">What the options say; 0 is automatic.</param>
    /// <param name="data">A task knows its longest answer.</param>
    /// <param name="room">What the longest prompt leaves of the context.</param>
    public static int MaxNewTokens(int asked, DataOptions data, int room) => asked > 0 ? asked : data switch
    {
        TaskData task => BundledTasks.Create(task.Task, task.Size).LongestAnswer + 1,
        _ => Math.Clamp(room, 1, 64),
    };

    /// <summary>The source without what is too long, where the options ask for that.</summary>
    /// <param name="source">The run's.</param>
    /// <param name="data">What the options say.</param>
    /// <param name="length">The tokens of a row, with what is to be sampled.</param>
    /// <param name="config">The model.</param>
    /// <exception cref="DataException">No row fits.</exception>
    public static DataSource<T> Fitting<T>(DataSource<T> source, DataOptions data, Func<T, int> length, ModelConfig config) =>
        data is FileData { LongPrompts: LongPrompts.Drop }
            ? source.Where(row => length(row) <= config.ContextLength, $"they do not fit the model's context of {config.ContextLength} tokens")
            : source;

    /// <summary>Says that nothing is held out.</summary>
    /// <param name="rows">What the rows are, such as problems.</param>
    /// <param name="count">How many there are.</param>
    public static string NotHeldOut(string rows, long? count) =>
        $"The number of {rows} is {count}, too few to hold some out, as there are fewer than {ListSource.FewestItems} or a split would be empty: validation "
        + "uses those of training, and its numbers say nothing about unseen ones. Give more, or data.heldOutPath.";

    /// <summary>Requires that a prompt fits the context together with the longest completion.</summary>
    /// <param name="problem">The problem with the longest prompt.</param>
    /// <param name="length">The length of its prompt, in tokens.</param>
    /// <param name="config">The model.</param>
    /// <param name="maxNewTokens">The longest completion, in tokens.</param>
    /// <exception cref="DataException">The prompt is too long; the message names it and gives the numbers.</exception>
    public static void RequirePromptFits(Problem problem, int length, ModelConfig config, int maxNewTokens)
    {
        if (length + maxNewTokens > config.ContextLength)
        {
            throw new DataException(
                $"Problem '{problem.Id}' has a prompt of {length} tokens, which with rollout.maxNewTokens {maxNewTokens} does not fit the model's "
                + $"context of {config.ContextLength}; shorten it, leave it out, lower rollout.maxNewTokens, or set data.longPrompts=drop.");
        }
    }
}
