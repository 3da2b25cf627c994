using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>A wrong integer close to a right one.</summary>
internal static class NearMiss
{
    private const int LargestError = 9;

    /// <summary>An integer that differs by 1 to 9, towards or across zero, so that it has no more digits.</summary>
    /// <param name="right">The right one, as a task wrote it.</param>
    /// <param name="random">Chooses the difference.</param>
    public static string Of(string right, RandomSequence random)
    {
        var value = long.Parse(right);
        var error = random.Next(1, LargestError);
        return $"{(value > 0 ? value - error : value + error)}";
    }
}
