using Cohort.Tensors;

namespace Cohort.Rewards;

/// <summary>A penalty for saying the same again, by runs of n tokens (arXiv:2502.03373, appendix C.2).</summary>
public static class RepetitionPenalty
{
    /// <summary>(distinct runs / runs - 1) * largest; 0 where there is no run.</summary>
    /// <param name="tokens">Token ids of the completion.</param>
    /// <param name="run">n, at least 1.</param>
    /// <param name="largest">What endless repetition comes near to, at least 0.</param>
    /// <returns>In (-largest, 0]. Takes time and memory in proportion to tokens * n at most.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double Of(IReadOnlyList<int> tokens, int run, double largest)
    {
        Guards.Require(run >= 1, run, "a run has at least 1 token");
        Guards.Require(largest >= 0 && double.IsFinite(largest), largest, "a penalty must be at least 0 and finite");
        var runs = tokens.Count - run + 1;
        if (runs < 1)
        {
            return 0;
        }

        var distinct = Enumerable.Range(0, runs).Distinct(new SameRun(tokens, run)).Count();
        return (((double)distinct / runs) - 1) * largest;
    }

    // Two places are the same where the same n tokens begin.
    private sealed class SameRun(IReadOnlyList<int> tokens, int run) : IEqualityComparer<int>
    {
        public bool Equals(int one, int other) => Enumerable.Range(0, run).All(offset => tokens[one + offset] == tokens[other + offset]);

        public int GetHashCode(int start)
        {
            var hash = default(HashCode);
            for (var offset = 0; offset < run; offset++)
            {
                hash.Add(tokens[start + offset]);
            }

            return hash.ToHashCode();
        }
    }
}
