using Cohort.Data;
using Cohort.Models;
using Cohort.Tensors;
using Cohort.Tokenization;

namespace Cohort.Rewards;

/// <summary>
/// A reward model with its tokenizer as a Hugging Face folder of the form *ForSequenceClassification with one label: the trunk's tensors and
/// score.weight. Transformers reads the score behind the last token that is not pad_token_id, which is the same token where a text does not end
/// with padding.
/// </summary>
public static class RewardModelFolder
{
    /// <summary>Writes a reward model with its tokenizer and chat template; each file of the model is replaced as a whole.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Its tokenizer and template; their padding becomes pad_token_id.</param>
    /// <param name="source">
    /// The folder that it was made of, whose further keys of config.json, tokenizer files and licence come along; null or empty for none.
    /// </param>
    /// <param name="folder">Made where it does not exist.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(RewardModel model, PromptEncoder prompts, string? source, string folder)
    {
        var from = source ?? "";
        ModelFolder.Save(model, model.Config with { Padding = prompts.Tokenizer.Padding }, folder, from);
        if (from == "" || !CarriedFiles.CopyTokenizer(from, folder))
            prompts.Save(folder);
    }

    /// <summary>Reads a reward model, and what writes prompts and answers for it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="placement">Where the weights should lie, and in which type; the head is float32.</param>
    /// <param name="chat">When its chat template is used: as in its training.</param>
    /// <param name="system">A system message for conversations without one; empty for none.</param>
    /// <param name="time">The clock of templates that write the date; the system's where none is given.</param>
    /// <returns>The model is owned by the caller.</returns>
    /// <exception cref="ModelException">A file is missing, does not fit the shape, or is of a model without one score as its output.</exception>
    /// <exception cref="SafetensorsException">A file of weights is malformed.</exception>
    /// <exception cref="TokenizationException">The tokenizer or the template cannot be read.</exception>
    public static (RewardModel Model, PromptEncoder Prompts) Load(
        string folder, Placement placement, ChatUse chat = ChatUse.Auto, string system = "", TimeProvider? time = null)
    {
        var prompts = new PromptEncoder(TokenizerFolder.Load(folder), ChatTemplate.Find(folder, time), chat, system);
        return (LoadModel(folder, placement), prompts);
    }

    /// <summary>Reads a reward model without its tokenizer.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="placement">Where the weights should lie, and in which type; the head is float32.</param>
    /// <returns>Owned by the caller.</returns>
    /// <exception cref="ModelException">A file is missing, does not fit the shape, or is of a model without one score as its output.</exception>
    /// <exception cref="SafetensorsException">A file of weights is malformed.</exception>
    public static RewardModel LoadModel(string folder, Placement placement)
    {
        var config = ModelConfig.Read(folder);
        var model = placement.Build(() => new RewardModel(config));
        try
        {
            ModelFolder.ReadWeights(model, folder);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder's weights have the head of a reward model.</summary>
    /// <param name="folder">Any folder.</param>
    /// <exception cref="SafetensorsException">A file of weights is malformed.</exception>
    public static bool Holds(string folder)
    {
        if (!SafetensorsFolder.Exists(folder))
            return false;

        using var files = SafetensorsFolder.Open(folder);
        return files.Contains(ScalarModel.HeadWeight);
    }

    /// <summary>Reads the weights of a reward model whose shape is known, in the type and on the device of each.</summary>
    /// <param name="model">A model, built with the folder's config.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ModelException">A file is missing or does not fit the shape.</exception>
    /// <exception cref="SafetensorsException">A file of weights is malformed.</exception>
    public static void ReadWeights(RewardModel model, string folder) => ModelFolder.ReadWeights(model, folder);
}
