using Cohort.Data;
using static TorchSharp.torch;

namespace Cohort.Tests.Rollouts;

public sealed class RolloutBatchTests
{
    [Fact]
    public void Micro_batches_hold_every_row_once_beside_those_of_its_prompt_and_are_as_narrow_as_their_longest()
    {
        using var scope = NewDisposeScope();
        var kl = Numbers.Rows([0, 0.6, 0.7, 0], [0.5, 0, 0, 0], [0, 0.2, 0.3, 0.4], [0, 0, 0.8, 0.9]).to_type(ScalarType.Float32);
        using var batch = Batches.Make([".xx.", "x...", ".xxx", "..xx"], [0.7, -1.3, 0.2, 2.5], kl, groupSize: 2);
        Assert.Equal([4, 2, 5, 5], batch.Lengths);
        var parts = batch.Split([3, 0, 2, 1], 2).ToArray();
        Assert.Equal([[0, 1], [2, 3]], parts.Select(part => part.Rows));
        Assert.Equal([4, 5], parts.Select(part => part.Width));
        Assert.Equal([2L, 4L], parts[0].Tokens().shape);
        Numbers.Same([0, 0.6, 0.7, 0.5, 0, 0], parts[0].Take(batch.KlToReference), Tolerances.HandComputed);
        Numbers.Same([0, 1, 1, 1, 0, 0, 1, 1], parts[1].Take(batch.ResponseMask), 0);
    }

    [Fact]
    public void Packed_rows_have_padding_on_the_right_and_count_from_the_column_before_the_response()
    {
        using var scope = NewDisposeScope();
        var packed = Packing.Pack([([5, 6, 7], [8, 1]), ([9], [3]), ([4, 2], [6, 7, 1])], padding: 0);
        Numbers.Same([5, 6, 7, 8, 1, 9, 3, 0, 0, 0, 4, 2, 6, 7, 1], packed.Tokens, 0);
        Numbers.Same(Numbers.Mask("..xx", "x...", ".xxx"), packed.ResponseMask, 0);
        var spread = Packing.Spread(packed.ResponseMask, [[-0.5f, -0.25f], [-0.75f], [-1.5f, -2.5f, -3.5f]]);
        Numbers.Same([0, 0, -0.5, -0.25, -0.75, 0, 0, 0, 0, -1.5, -2.5, -3.5], spread, 0);
        Assert.Equal(ScalarType.Float32, spread.dtype);
    }
}
