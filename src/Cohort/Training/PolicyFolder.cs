using Cohort.Data;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>A language model with its tokenizer and chat template: what Hugging Face's tools and every command here take as a model.</summary>
internal static class PolicyFolder
{
    /// <summary>The folder's name inside a checkpoint.</summary>
    public const string Name = "policy";

    /// <summary>Writes them.</summary>
    public static void Save(LanguageModel model, PromptEncoder prompts, string folder)
    {
        ModelFolder.Save(model, model.Config, folder);
        prompts.Save(folder);
    }
}
