using Cohort.Training;

namespace Cohort.Cli;

/// <summary>A mistake on the command line that no library call would find.</summary>
/// <param name="message">What, the numbers, the rule, the remedy.</param>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs what depends on the user's values only, so that a bad argument is the user's and not a mistake of ours.</summary>
    /// <param name="make">Makes something of the values.</param>
    public static T Check<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (TrainingException problem)
        {
            throw new UsageException(problem.Message);
        }
        catch (ArgumentException problem)
        {
            // .NET appends the parameter's name, and on a second line the value.
            var message = problem.Message.Split('\n')[0].Split(" (Parameter ")[0].Trim();
            throw new UsageException(
                problem is ArgumentOutOfRangeException { ActualValue: { } value } ? $"{message} It is {value}." : message);
        }
    }
}
