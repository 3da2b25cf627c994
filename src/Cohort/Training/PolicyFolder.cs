using Cohort.Checkpoints;
using Cohort.Models;
using Cohort.Tokenization;

namespace Cohort.Training;

/// <summary>A policy with its tokenizer: a Hugging Face folder, or where it has adapters, PEFT's folder of them over the run's base.</summary>
internal static class PolicyFolder
{
    /// <summary>The folder's name inside a checkpoint.</summary>
    public const string Name = "policy";

    /// <summary>Writes both.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="place">The run, whose base folder an adapter refers to.</param>
    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="dropout">Of an adapter, for the record.</param>
    public static void Save(LanguageModel policy, Tokenizer tokenizer, RunDirectory place, string folder, double dropout)
    {
        if (Adapters.Any(policy))
        {
            AdapterFolder.Save(policy, folder, place.Base, dropout);
        }
        else
        {
            ModelFolder.Save(policy, policy.Config, folder);
        }

        tokenizer.Save(folder);
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
