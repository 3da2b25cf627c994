using System.Diagnostics.CodeAnalysis;
using Cohort.Parsing;
using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>A part of a countdown's solution: its value, and its text with no more brackets than it needs.</summary>
internal readonly record struct CountdownTerm(long Value, string Text, bool IsSum)
{
    /// <summary>The most numbers that are searched.</summary>
    public const int MaxNumbers = 5;

    private static readonly Move[][] Moves = [.. Enumerable.Range(0, MaxNumbers + 1).Select(MovesOf)];

    /// <summary>The numbers in their order with + between them, and another operator before the last where asked for.</summary>
    public static CountdownTerm Sum(IReadOnlyList<long> numbers, char lastOperator = '+')
    {
        var text = $"{string.Join('+', numbers.SkipLast(1))}{lastOperator}{numbers[^1]}";
        return new CountdownTerm(numbers.Sum() - (lastOperator == '-' ? 2 * numbers[^1] : 0), text, IsSum: true);
    }

    /// <summary>Joins random pairs by random operators until one term is left; the sum where a result does not fit into 64 bits.</summary>
    public static CountdownTerm Draw(IReadOnlyList<long> numbers, RandomSequence random)
    {
        var terms = Leaves(numbers);
        while (terms.Length > 1)
        {
            var moves = Moves[terms.Length];
            if (!TryApply(moves[random.Next(moves.Length)], terms, out terms))
                return Sum(numbers);
        }

        return terms[0];
    }

    /// <summary>Searches all ways of joining pairs, in random order: 46,080 for five numbers, 1,152 for four.</summary>
    /// <param name="numbers">At most <see cref="MaxNumbers"/>.</param>
    /// <param name="target">The value to reach.</param>
    /// <param name="random">Source of the order.</param>
    /// <param name="text">The expression that was found.</param>
    public static bool TrySolve(IReadOnlyList<long> numbers, long target, RandomSequence random, [NotNullWhen(true)] out string? text) =>
        TrySolve(Leaves(numbers), target, random, out text);

    private static bool TrySolve(CountdownTerm[] terms, long target, RandomSequence random, [NotNullWhen(true)] out string? text)
    {
        text = terms[0].Text;
        if (terms.Length == 1)
            return terms[0].Value == target;

        var moves = Moves[terms.Length];
        foreach (var move in Seeds.Permutation(moves.Length, random))
        {
            if (TryApply(moves[move], terms, out var rest) && TrySolve(rest, target, random, out text))
                return true;
        }

        return false;
    }

    private static CountdownTerm[] Leaves(IReadOnlyList<long> numbers) =>
        [.. numbers.Select(number => new CountdownTerm(number, $"{number}", IsSum: false))];

    // Every pair of terms with every operator; a difference has two orders, a sum and a product one.
    private static Move[] MovesOf(int terms) =>
    [
        .. from left in Enumerable.Range(0, terms)
           from right in Enumerable.Range(0, terms)
           from symbol in ExactArithmetic.Operators
           where left < right || (left > right && symbol == '-')
           select new Move(left, symbol, right),
    ];

    private static bool TryApply(Move move, CountdownTerm[] terms, out CountdownTerm[] rest)
    {
        var (left, right) = (terms[move.Left], terms[move.Right]);
        var leftText = left.IsSum && move.Symbol == '*' ? $"({left.Text})" : left.Text;
        var rightText = right.IsSum && move.Symbol != '+' ? $"({right.Text})" : right.Text;
        var fits = ExactArithmetic.TryApply(move.Symbol, left.Value, right.Value, out var value);
        var joined = new CountdownTerm(value, leftText + move.Symbol + rightText, IsSum: move.Symbol != '*');
        rest = [joined, .. terms.Where((_, index) => index != move.Left && index != move.Right)];
        return fits;
    }

    private readonly record struct Move(int Left, char Symbol, int Right);
}
