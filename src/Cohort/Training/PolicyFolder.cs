using Cohort.Models;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>A language model with its tokenizer: what Hugging Face's tools and every command here take as a model.</summary>
internal static class PolicyFolder
{
    /// <summary>The folder's name inside a checkpoint.</summary>
    public const string Name = "policy";

    /// <summary>Writes both.</summary>
    public static void Save(LanguageModel model, Tokenizer tokenizer, string folder)
    {
        ModelFolder.Save(model, model.Config, folder);
        tokenizer.Save(folder);
    }
}
