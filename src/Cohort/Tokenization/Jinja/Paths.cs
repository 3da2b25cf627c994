using System.Globalization;

namespace Cohort.Tokenization.Jinja;

/// <summary>The "attribute" argument of filters: names with points between them, or a number.</summary>
internal sealed class Paths(Members members)
{
    /// <summary>What follows a path from an element.</summary>
    /// <param name="attribute">The argument; None is the element itself.</param>
    /// <param name="otherwise">What stands for a missing part; null is none.</param>
    public Func<object?, object?> Getter(object? attribute, object? otherwise = null)
    {
        object?[] parts = attribute switch
        {
            null => [],
            string text => [.. text.Split('.').Select(Part)],
            _ => [attribute],
        };
        return item => parts.Aggregate(item, (owner, part) => members.Item(owner, part) is var found && found is Undefined && otherwise is not null
            ? otherwise : found);
    }

    private static object Part(string part) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : part;
}
