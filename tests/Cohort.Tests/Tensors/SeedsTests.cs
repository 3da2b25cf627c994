using Cohort.Tensors;

namespace Cohort.Tests.Tensors;

public sealed class SeedsTests
{
    [Fact]
    public void Numbers_are_the_same_on_every_machine_and_in_every_version()
    {
        Assert.Equal(16220380258169543826UL, Seeds.Bits(0, Purpose.PolicyWeights, 0, 0, 0));
        Assert.Equal(17452724802264383865UL, Seeds.Bits(7, Purpose.TrainingTokens, 3, -2, 11));
        Assert.Equal(0.7935001090447354, Seeds.Uniform(7, Purpose.TrainingTokens, 3, 4, 11));
    }

    [Fact]
    public void Every_part_of_the_address_changes_the_number()
    {
        var numbers = new List<ulong>();
        for (ulong seed = 1; seed <= 3; seed++)
            foreach (var purpose in new[] { Purpose.TrainingTokens, Purpose.ValidationTokens, Purpose.Minibatches })
                for (var step = 0; step < 5; step++)
                    for (var row = 0; row < 11; row++)
                        for (var position = 0; position < 13; position++)
                            numbers.Add(Seeds.Bits(seed, purpose, step, row, position));
        Assert.Equal(3 * 3 * 5 * 11 * 13, numbers.Distinct().Count());
    }

    // 100 equal bins, 100,000 numbers: the 99.9 % quantile of chi-square with 99 degrees of freedom is 148.2.
    [Fact]
    public void Numbers_of_neighbouring_addresses_are_uniform()
    {
        var bins = new int[100];
        for (var row = 0; row < 1000; row++)
            for (var position = 0; position < 100; position++)
            {
                var number = Seeds.Uniform(3, Purpose.TrainingTokens, 2, row, position);
                Assert.InRange(number, 0, 1 - double.Epsilon);
                bins[(int)(number * 100)]++;
            }

        Assert.InRange(bins.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000), 50, 148.2);
    }

    [Fact]
    public void Permutation_holds_every_row_once_and_depends_on_its_address_alone()
    {
        var first = Seeds.Permutation(50, Seeds.Sequence(9, Purpose.Minibatches, 4, 1));
        Assert.Equal(Enumerable.Range(0, 50), first.Order());
        Assert.Equal(first, Seeds.Permutation(50, Seeds.Sequence(9, Purpose.Minibatches, 4, 1)));
        Assert.NotEqual(first, Seeds.Permutation(50, Seeds.Sequence(9, Purpose.Minibatches, 4, 2)));
    }
}
