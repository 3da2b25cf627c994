using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>
/// A policy with its tokenizer and chat template: a Hugging Face folder, or where it has adapters, PEFT's folder of them over the run's base.
/// </summary>
internal static class PolicyFolder
{
    /// <summary>The folder's name inside a checkpoint.</summary>
    public const string Name = "policy";

    /// <summary>Writes them, with what the run's base carries along.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="prompts">Its tokenizer and template.</param>
    /// <param name="place">The run, whose base folder is there.</param>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="dropout">Of an adapter, for the record.</param>
    public static void Save(LanguageModel policy, PromptEncoder prompts, RunDirectory place, string folder, double dropout)
    {
        if (Adapters.Any(policy))
        {
            AdapterFolder.Save(policy, folder, place.Base, dropout);
            CarriedFiles.Copy(place.Base, folder);
        }
        else
        {
            ModelFolder.Save(policy, policy.Config, folder, place.Base);
        }

        if (!CarriedFiles.CopyTokenizer(place.Base, folder))
        {
            prompts.Save(folder);
        }
    }

    /// <summary>Reads what training changed in a policy.</summary>
    /// <param name="policy">The run's policy.</param>
    /// <param name="folder">What <see cref="Save"/> wrote.</param>
    public static void ReadWeights(LanguageModel policy, string folder)
    {
        if (Adapters.Any(policy))
        {
            AdapterFolder.ReadWeights(policy, folder);
        }
        else
        {
            ModelFolder.ReadWeights(policy, folder);
        }
    }
}
