using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class MinibatchesTests
{
    [Fact]
    public void Every_row_is_in_one_minibatch_of_an_epoch()
    {
        var parts = Minibatches.Of(23, 5, seed: 4, step: 7, epoch: 2).ToArray();
        Assert.Equal([5, 5, 5, 5, 3], parts.Select(part => part.Length));
        Assert.Equal(Enumerable.Range(0, 23).Select(row => (long)row), parts.SelectMany(part => part).Order());
    }

    [Fact]
    public void Order_depends_on_seed_step_and_epoch_alone()
    {
        var first = Order(4, 7, 2);
        Assert.Equal(first, Order(4, 7, 2));
        Assert.NotEqual(first, Order(5, 7, 2));
        Assert.NotEqual(first, Order(4, 8, 2));
        Assert.NotEqual(first, Order(4, 7, 3));
        Assert.NotEqual(Enumerable.Range(0, 23).Select(row => (long)row), first);

        static long[] Order(ulong seed, long step, int epoch) => Minibatches.Of(23, 5, seed, step, epoch).SelectMany(part => part).ToArray();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(9)]
    public void One_minibatch_of_all_rows_keeps_their_order(int size) =>
        Assert.Equal([0, 1, 2, 3, 4, 5], Assert.Single(Minibatches.Of(6, size, seed: 4, step: 7, epoch: 2)));
}
