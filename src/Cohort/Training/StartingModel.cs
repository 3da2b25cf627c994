using System.Diagnostics;
using Cohort.Checkpoints;
using Cohort.Models;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>What a run begins with: the policy, with its adapter where it has one, and the tokenizer.</summary>
internal sealed class StartingModel
{
    // What makes up a model's folder, beside its licence.
    private static readonly string[] Kept = [".json", ".safetensors", ".jinja", ".txt", ".model"];

    private readonly string _source;

    /// <param name="policy">The policy.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="source">The folder that holds the base's weights as they are; empty where none does.</param>
    public StartingModel(LanguageModel policy, Tokenizer tokenizer, string source = "") => (Policy, Tokenizer, _source) = (policy, tokenizer, source);

    /// <summary>The policy; whoever opened this disposes it.</summary>
    public LanguageModel Policy { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The model that options name.</summary>
    /// <exception cref="ModelException">A folder cannot be used.</exception>
    public static StartingModel Create(CommonOptions options)
    {
        var tokenizer = Setup.Tokenizer(options.Model, options.Data);
        var (policy, source) = Base(options.Model, tokenizer, options.Seed);
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

            return new(policy, tokenizer, source);
        }
        catch
        {
            policy.Dispose();
            throw;
        }
    }

    /// <summary>The model that a run began with.</summary>
    /// <param name="place">The run's directory.</param>
    public static StartingModel Reopen(RunDirectory place)
    {
        var tokenizer = TokenizerFolder.Load(place.Base);
        var policy = ModelFolder.Load(place.Base);
        try
        {
            if (AdapterFolder.Describes(place.StartingAdapter))
            {
                AdapterFolder.Attach(policy, place.StartingAdapter);
            }

            return new(policy, tokenizer, place.Base);
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
        if (_source == "")
        {
            using var whole = Policy.Sharing();
            PolicyFolder.Save(whole, Tokenizer, place, place.Base, dropout: 0);
        }
        else
        {
            Copy(_source, place.Base);
            if (!File.Exists(Path.Combine(place.Base, "tokenizer.json")))
            {
                Tokenizer.Save(place.Base);
            }
        }

        if (Adapters.Any(Policy))
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
                $"'{folder.Path}' is an adapter, which was merged into its base: {(Adapters.Any(Policy) ? "a new adapter" : "every weight")} is trained. To go on "
                + "with the adapter itself, set model.adapter.kind=saved.");
        }
    }

    // The base and, where its weights are those of a folder, that folder.
    private static (LanguageModel Policy, string Source) Base(ModelOptions model, Tokenizer tokenizer, ulong seed)
    {
        switch (model)
        {
            case FolderModel folder when !AdapterFolder.Describes(folder.Path):
                return (ModelFolder.Load(folder.Path), folder.Path);
            case FolderModel { Adapter: SavedAdapter { Path: "" } } adapted:
                var source = AdapterFolder.BaseOf(adapted.Path);
                return (ModelFolder.Load(source), source);
            case FolderModel adapted:
                return (Adapters.Merge(AdapterFolder.Load(adapted.Path)), "");
            case NewModel shape:
                var config = shape.Shape(tokenizer);
                config.Validate();
                var policy = new LanguageModel(config);
                InitialWeights.Draw(policy, config, seed, Purpose.PolicyWeights);
                return (policy, "");
            default:
                throw new UnreachableException();
        }
    }

    private static string AdapterOf(SavedAdapter saved, ModelOptions model) => saved.Path == "" && model is FolderModel folder ? folder.Path : saved.Path;

    // Weights under other names are the same ones again, in the format of other tools.
    private static bool IsKept(string name) => name.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase)
        || (Kept.Contains(Path.GetExtension(name)) && (!name.EndsWith(".safetensors", StringComparison.Ordinal) || name.StartsWith("model", StringComparison.Ordinal)));

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            var name = Path.GetFileName(file);
            if (IsKept(name))
            {
                using var stream = File.OpenRead(file);
                AtomicFile.Write(Path.Combine(target, name), stream.CopyTo);
            }
        }
    }
}
