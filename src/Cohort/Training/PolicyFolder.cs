using Cohort.Data;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>A language model with its tokenizer and chat template: what Hugging Face's tools and every command here take as a model.</summary>
internal static class PolicyFolder
{
    /// <summary>The folder's name inside a checkpoint.</summary>
    public const string Name = "policy";

    /// <summary>Writes them, with what the source folder carries along.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Its tokenizer and template; where the source has their files, they are copied as they are.</param>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="source">The folder that the model came from; empty for none.</param>
    public static void Save(LanguageModel model, PromptEncoder prompts, string folder, string source = "")
    {
        ModelFolder.Save(model, model.Config, folder, source);
        if (source == "" || !CarriedFiles.CopyTokenizer(source, folder))
        {
            prompts.Save(folder);
        }
    }
}
