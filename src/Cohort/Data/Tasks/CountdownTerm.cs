using System.Diagnostics.CodeAnalysis;
using Cohort.Parsing;
using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>A part of a countdown's solution: its value, and its text with no more brackets than it needs.</summary>
internal readonly record struct CountdownTerm(long Value, string Text, bool IsSum)
{
    /// <summary>The numbers in their order with + between them, and another operator before the last where asked for.</summary>
    public static CountdownTerm Sum(IReadOnlyList<long> numbers, char lastOperator = '+')
    {
        var text = $"{string.Join('+', numbers.SkipLast(1))}{lastOperator}{numbers[^1]}";
        return new CountdownTerm(numbers.Sum() - (lastOperator == '-' ? 2 * numbers[^1] : 0), text, IsSum: true);
    }

    /// <summary>Joins random pairs by random operators until one term is left.</summary>
    public static CountdownTerm Draw(IReadOnlyList<long> numbers, RandomSequence random)
    {
        var terms = Leaves(numbers);
        while (terms.Count > 1)
        {
            var moves = Moves(terms);
            terms = moves[random.Next(moves.Count)];
        }

        return terms[0];
    }

    /// <summary>Searches all ways of joining pairs, in random order: 46,080 for five numbers, 1,152 for four.</summary>
    public static bool TrySolve(IReadOnlyList<long> numbers, long target, RandomSequence random, [NotNullWhen(true)] out string? text) =>
        TrySolve(Leaves(numbers), target, random, out text);

    private static bool TrySolve(List<CountdownTerm> terms, long target, RandomSequence random, [NotNullWhen(true)] out string? text)
    {
        text = terms[0].Text;
        if (terms.Count == 1)
            return terms[0].Value == target;

        var moves = Moves(terms);
        foreach (var move in Seeds.Permutation(moves.Count, random))
        {
            if (TrySolve(moves[move], target, random, out text))
                return true;
        }

        return false;
    }

    private static List<CountdownTerm> Leaves(IReadOnlyList<long> numbers) =>
        [.. numbers.Select(number => new CountdownTerm(number, $"{number}", IsSum: false))];

    // What is left after any two terms are joined; a difference has two orders, a sum and a product one.
    private static List<List<CountdownTerm>> Moves(List<CountdownTerm> terms)
    {
        var moves = new List<List<CountdownTerm>>();
        for (var left = 0; left < terms.Count; left++)
        {
            for (var right = 0; right < terms.Count; right++)
            {
                foreach (var symbol in ExactArithmetic.Operators)
                {
                    if (left == right || (left > right && symbol != '-') || !Join(terms[left], symbol, terms[right], out var joined))
                        continue;

                    moves.Add([joined, .. terms.Where((_, index) => index != left && index != right)]);
                }
            }
        }

        return moves;
    }

    private static bool Join(CountdownTerm left, char symbol, CountdownTerm right, out CountdownTerm joined)
    {
        var leftText = left.IsSum && symbol == '*' ? $"({left.Text})" : left.Text;
        var rightText = right.IsSum && symbol != '+' ? $"({right.Text})" : right.Text;
        var fits = ExactArithmetic.TryApply(symbol, left.Value, right.Value, out var value);
        joined = new CountdownTerm(value, leftText + symbol + rightText, IsSum: symbol != '*');
        return fits;
    }
}
