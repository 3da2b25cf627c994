using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// A Hugging Face folder: config.json, and the weights in model.safetensors or in several files with an index. The tokenizer's files lie beside them.
/// </summary>
public static class ModelFolder
{
    /// <summary>The weights' file name, where they are in one file.</summary>
    public const string WeightsFile = SafetensorsFolder.SingleFile;

    private const string Head = "lm_head.weight";
    private const string OldType = "torch_dtype", NewType = "dtype";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly string[] Pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

    /// <summary>Writes a network of no source, in the types of its weights.</summary>
    /// <inheritdoc cref="Save(nn.Module, ModelConfig, string, string, WeightType, long)"/>
    public static void Save(nn.Module module, ModelConfig config, string folder) => Save(module, config, folder, source: "");

    /// <summary>Writes a network; each file is replaced as a whole.</summary>
    /// <param name="module">A policy, a critic or a reward model.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="source">
    /// The folder that the network came from, or the config.json in it: keys of its config.json that are not known here stay, and its
    /// <see cref="CarriedFiles"/> but the tokenizer's come along. Empty for none.
    /// </param>
    /// <param name="type">The weights' type in the files; automatic is the network's own.</param>
    /// <param name="shardBytes">The size above which the weights are spread over several files.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(
        nn.Module module,
        ModelConfig config,
        string folder,
        string source,
        WeightType type = WeightType.Auto,
        long shardBytes = SafetensorsFolder.DefaultShardBytes)
    {
        Directory.CreateDirectory(folder);
        var written = type == WeightType.Auto ? Placement.Of(module).Type : Placement.ScalarTypeOf(type);
        AtomicFile.WriteText(
            Path.Combine(folder, ModelConfig.FileName), ConfigJson(module, config, source, written).ToJsonString(Indented) + "\n");
        if (source != "")
        {
            CarriedFiles.Copy(File.Exists(source) ? Path.GetDirectoryName(Path.GetFullPath(source))! : source, folder);
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var names = new WeightNames(config);
        SafetensorsFolder.Write(
            folder,
            module.named_parameters().Select(pair => (pair.name, InFolder(names, pair.name, pair.parameter))),
            own => type == WeightType.Auto ? own : written,
            shardBytes);
    }

    /// <summary>Reads a language model in float32 on the processor.</summary>
    /// <inheritdoc cref="Load(string, Placement)"/>
    public static LanguageModel Load(string folder) => Load(folder, Placement.Cpu);

    /// <summary>Reads a language model; of an adapter's folder (<see cref="AdapterFolder"/>), the base with the adapter on it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="placement">Where its weights should lie, and in which type, whatever the files have.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ModelException">A file is missing or does not fit the shape.</exception>
    /// <exception cref="SafetensorsException">A file of weights is malformed.</exception>
    public static LanguageModel Load(string folder, Placement placement)
    {
        if (AdapterFolder.Describes(folder))
        {
            return AdapterFolder.Load(folder, placement);
        }

        var config = ModelConfig.Read(folder);
        using var files = Open(folder);
        RequireLanguageModel(files, folder);
        RequireOneHead(files, config);
        var model = placement.Build(() => new LanguageModel(config));
        try
        {
            Read(files, model, config);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Where the tokenizer of a model lies: in its folder, or for an adapter without one, in its base's.</summary>
    /// <param name="folder">The folder of a model or of an adapter.</param>
    /// <exception cref="ModelException">The adapter's base is missing.</exception>
    public static string TokenizerOf(string folder) =>
        AdapterFolder.Describes(folder) && !File.Exists(Path.Combine(folder, "tokenizer.json")) ? AdapterFolder.BaseOf(folder) : folder;

    /// <summary>The folder of a model's shape and whole weights: its own, or an adapter's base.</summary>
    /// <param name="folder">The folder of a model or of an adapter.</param>
    /// <exception cref="ModelException">The adapter's base is missing.</exception>
    public static string BaseOf(string folder) => AdapterFolder.Describes(folder) ? AdapterFolder.BaseOf(folder) : folder;

    /// <summary>Reads the weights of a network whose shape is known, in the type and on the device of each.</summary>
    /// <param name="module">A <see cref="LanguageModel"/> or a <see cref="ScalarModel"/>, built with the folder's config.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ModelException">The file is missing, a tensor is missing or has another shape.</exception>
    /// <exception cref="SafetensorsException">A file of weights is malformed.</exception>
    public static void ReadWeights(nn.Module module, string folder)
    {
        using var files = Open(folder);
        Read(files, module, ModelConfig.Of(module));
    }

    private static SafetensorsFolder Open(string folder)
    {
        if (SafetensorsFolder.Exists(folder))
        {
            return SafetensorsFolder.Open(folder);
        }

        var pickle = Pickles.FirstOrDefault(name => File.Exists(Path.Combine(folder, name)));
        throw new ModelException(pickle is null
            ? $"'{folder}' has no {WeightsFile} and no {SafetensorsFolder.IndexFile}; copy or download the weights too."
            : $"'{folder}' has {pickle} and no {WeightsFile}. A pickle can run any program while it is read, so only safetensors are. Convert it once, where "
                + $"you trust it: python3 -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('{folder}').save_pretrained('{folder}')\"");
    }

    private static void Read(SafetensorsFolder files, nn.Module module, ModelConfig config)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var names = new WeightNames(config);
        var taken = new HashSet<string>();
        foreach (var (parameterName, parameter) in module.named_parameters())
        {
            var view = InFolder(names, parameterName, parameter);
            var name = names.Spellings(parameterName).FirstOrDefault(files.Contains) ?? throw new ModelException(
                $"{files.Source} has no tensor '{parameterName}'; {ModelConfig.FileName} asks for it (shape [{string.Join(",", view.shape)}])."
                + parameterName switch
                {
                    Head => $" Where the head is the embedding, set tie_word_embeddings to true in {ModelConfig.FileName}.",
                    ScalarModel.HeadWeight => " It is the head of a reward model, which a language model does not have.",
                    _ => "",
                });
            var file = files.FileOf(name);
            var entry = file.Entry(name);
            if (!entry.Shape.SequenceEqual(view.shape))
            {
                throw new ModelException(
                    $"{file.Path}: tensor '{name}' has shape [{string.Join(",", entry.Shape)}], but {ModelConfig.FileName} asks for "
                    + $"[{string.Join(",", view.shape)}]."
                    + (name == ScalarModel.HeadWeight ? " A reward model has one label." : ""));
            }

            if (!is_floating_point(entry.Type))
            {
                throw new ModelException(
                    $"{file.Path}: tensor '{name}' is {entry.Type}; weights must be float32, float16, bfloat16 or float64. Quantized folders are not read.");
            }

            file.ReadInto(name, view);
            taken.Add(name);
        }

        if (files.Names.FirstOrDefault(name => !taken.Contains(name) && names.IsOfBlock(name)) is { } left)
        {
            throw new ModelException(
                $"{files.FileOf(left).Path}: tensor '{left}' has no place in the network that {ModelConfig.FileName} describes, whose numbers would be others "
                + "without it. Folder and config.json do not belong together, or the model is of a kind that is not computed here.");
        }
    }

    private static Tensor InFolder(WeightNames names, string name, Tensor parameter) => names.IsTransposed(name) ? parameter.t() : parameter;

    // With tied embeddings a reward model has every tensor of a language model, whose text would be that of a trunk that learnt to score.
    private static void RequireLanguageModel(SafetensorsFolder files, string folder)
    {
        if (files.Contains(ScalarModel.HeadWeight))
        {
            throw new ModelException(
                $"'{folder}' is a reward model (it has the tensor '{ScalarModel.HeadWeight}'), which scores texts and writes none; name the folder of a "
                + "language model, and this one as the reward or for `cohort reward-model`.");
        }
    }

    private static void RequireOneHead(SafetensorsFolder files, ModelConfig config)
    {
        if (!config.TieEmbeddings || !files.Contains(Head))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var spellings = new WeightNames(config).Spellings($"{config.Family.Names.Trunk}.{config.Family.Names.Embedding}.weight");
        if (spellings.First(files.Contains) is var embedding && !files.SameBytes(embedding, Head))
        {
            throw new ModelException(
                $"{files.Source}: tensor '{Head}' differs from '{embedding}', but {ModelConfig.FileName} has tie_word_embeddings true, which makes them one. "
                + $"Set tie_word_embeddings to false in {ModelConfig.FileName}.");
        }
    }

    // The source's object, and over it what differs from how the source reads: so keys that are not known here stay, and so does its spelling.
    private static JsonObject ConfigJson(nn.Module module, ModelConfig config, string source, ScalarType type)
    {
        var json = config.ToJson();
        if (source != "")
        {
            var (ours, theirs) = (json, ModelConfig.Read(source).ToJson());
            json = ModelConfig.Parse(ModelConfig.PathOf(source));
            foreach (var (key, value) in ours)
            {
                if (!JsonNode.DeepEquals(value, theirs[key]))
                {
                    json[key] = value?.DeepClone();
                }
            }
        }

        var name = type == ScalarType.BFloat16 ? "bfloat16" : "float32";
        foreach (var key in new[] { OldType, NewType }.Where(json.ContainsKey).DefaultIfEmpty(OldType))
        {
            json[key] = name;
        }

        if (module is RewardModel)
        {
            NameScorer(config, json);
        }

        return json;
    }

    // Transformers makes one output for each entry of id2label, and reads it behind the last token that is not the padding.
    private static void NameScorer(ModelConfig config, JsonObject json)
    {
        json["architectures"] = new JsonArray(config.Family.ScorerName);
        json["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
        json["label2id"] = new JsonObject { ["LABEL_0"] = 0 };
        json["pad_token_id"] ??= config.Padding;
        json.Remove("num_labels");
    }
}
