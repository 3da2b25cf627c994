using System.Diagnostics;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// What a run begins with: a language model, with its adapter where it has one, or where a reward model is trained further, that; and what writes its prompts.
/// </summary>
internal sealed class StartingModel
{
    private readonly string _source;
    private readonly string _writing;
    private readonly bool _isWhole;

    /// <param name="network">The language model or the reward model.</param>
    /// <param name="prompts">Its tokenizer and chat template.</param>
    /// <param name="source">The folder that the base comes from; empty for none.</param>
    /// <param name="writing">The folder that tokenizer and chat template come from; empty for none.</param>
    /// <param name="isWhole">Whether the source holds the base's weights as they are, rather than merged with an adapter.</param>
    public StartingModel(nn.Module network, PromptEncoder prompts, string source = "", string writing = "", bool isWhole = false) =>
        (Network, Prompts, _source, _writing, _isWhole) = (network, prompts, source, writing, isWhole);

    /// <summary>The language model, or the reward model that is trained further; whoever opened this disposes it.</summary>
    public nn.Module Network { get; }

    /// <summary>The language model of a run that trains one.</summary>
    /// <exception cref="InvalidCastException">The run trains a reward model.</exception>
    public LanguageModel Policy => (LanguageModel)Network;

    /// <summary>The network's shape.</summary>
    public ModelConfig Config => ModelConfig.Of(Network);

    /// <summary>Its tokenizer and chat template.</summary>
    public PromptEncoder Prompts { get; }

    /// <summary>The model that options name.</summary>
    /// <exception cref="ModelException">A folder cannot be used.</exception>
    public static StartingModel Create(CommonOptions options)
    {
        var tokenizer = Setup.Tokenizer(options);
        var prompts = Setup.Prompts(tokenizer, options.Model, options.Data);
        if (options is RewardModelOptions && options.Model is FolderModel { Path: var scorer } && RewardModelFolder.Holds(scorer))
            return OfScorer(scorer, prompts, options);

        var (policy, source, isWhole) = Base(options.Model, tokenizer, options.Seed, Setup.Placement(options));
        NativeMemory.Suit(Weights.Count(policy));
        try
        {
            switch (options.Model.Adapter)
            {
                case NoAdapter:
                    break;
                case LowRankOptions lora:
                    Adapters.Attach(policy, lora.Targets, lora.Shape, options.Seed);
                    break;
                case SavedAdapter saved:
                    AdapterFolder.Attach(policy, AdapterOf(saved, options.Model));
                    break;
                default:
                    throw new UnreachableException();
            }

            return new(policy, prompts, source, options.Model is FolderModel folder ? ModelFolder.TokenizerOf(folder.Path) : "", isWhole);
        }
        catch
        {
            policy.Dispose();
            throw;
        }
    }

    /// <summary>The model that a run began with.</summary>
    /// <param name="place">The run's directory.</param>
    /// <param name="options">The run's options.</param>
    public static StartingModel Reopen(RunDirectory place, CommonOptions options)
    {
        var prompts = Setup.Prompts(TokenizerFolder.Load(place.Base), ChatTemplate.Find(place.Base, NoonClock.Of(options.Data.Today)), options.Data);
        if (options is RewardModelOptions && RewardModelFolder.Holds(place.Base))
            return OfScorer(place.Base, prompts, options);

        var policy = ModelFolder.Load(place.Base, Setup.Placement(options));
        NativeMemory.Suit(Weights.Count(policy));
        try
        {
            if (options.Model.Adapter is not NoAdapter)
            {
                AdapterFolder.Attach(policy, place.StartingAdapter);
            }

            return new(policy, prompts, place.Base, place.Base, isWhole: true);
        }
        catch
        {
            policy.Dispose();
            throw;
        }
    }

    /// <summary>Writes the base into a run's directory once, copied where it lies in a folder as it is, and the starting adapter.</summary>
    public void Save(RunDirectory place)
    {
        if (_isWhole)
        {
            CarriedFiles.CopyModel(_source, place.Base);
        }
        else
        {
            using var whole = Policy.Sharing();
            ModelFolder.Save(whole, whole.Config, place.Base, _source);
        }

        // Not always the base's: an adapter's folder may have a tokenizer and a chat template of its own.
        if (_writing == "" || !CarriedFiles.CopyTokenizer(_writing, place.Base))
        {
            Prompts.Save(place.Base);
        }

        if (Adapters.Any(Network))
        {
            AdapterFolder.Save(Policy, place.StartingAdapter, place.Base, dropout: 0);
        }
    }

    /// <summary>Says what a user may not expect of the options.</summary>
    public void Notify(ModelOptions model, IMetricSink sink)
    {
        if (model is FolderModel { Adapter: not SavedAdapter } folder && AdapterFolder.Describes(folder.Path))
        {
            sink.Notice(
                $"'{folder.Path}' is an adapter, which was merged into its base: {(Adapters.Any(Network) ? "a new adapter" : "every weight")} is trained. To go on "
                + "with the adapter itself, set model.adapter.kind=saved.");
        }
    }

    private static StartingModel OfScorer(string folder, PromptEncoder prompts, CommonOptions options)
    {
        var scorer = RewardModelFolder.LoadModel(folder, Setup.Placement(options));
        NativeMemory.Suit(Weights.Count(scorer));
        return new(scorer, prompts, folder, folder, isWhole: true);
    }

    // The base, the folder that it comes from, and whether that holds its weights as they are.
    private static (LanguageModel Policy, string Source, bool IsWhole) Base(ModelOptions model, Tokenizer tokenizer, ulong seed, Placement placement)
    {
        switch (model)
        {
            case FolderModel folder when !AdapterFolder.Describes(folder.Path):
                return (ModelFolder.Load(folder.Path, placement), folder.Path, true);
            case FolderModel { Adapter: SavedAdapter { Path: "" } } adapted:
                var source = AdapterFolder.BaseOf(adapted.Path);
                return (ModelFolder.Load(source, placement), source, true);
            case FolderModel adapted:
                return (Adapters.Merge(AdapterFolder.Load(adapted.Path, placement)), AdapterFolder.BaseOf(adapted.Path), false);
            case NewModel shape:
                var config = Setup.Config(shape, tokenizer);
                var policy = placement.Build(() => new LanguageModel(config));
                InitialWeights.Draw(policy, config, seed, Purpose.PolicyWeights);
                return (policy, "", false);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The folder of a saved adapter: its own, or the model's.</summary>
    internal static string AdapterOf(SavedAdapter saved, ModelOptions model) => saved.Path == "" && model is FolderModel folder ? folder.Path : saved.Path;
}
