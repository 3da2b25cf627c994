using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class RecomputedBlocksTests
{
    [Fact]
    public void Recomputed_blocks_give_the_same_hidden_states_and_gradients_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy(config: TinyModels.Shape with { Layers = 3, TieEmbeddings = true });
        var (hidden, gradients) = Run();
        model.Trunk.RecomputesBlocks = true;
        var (again, same) = Run();

        Numbers.Same(hidden, again, 0);
        Assert.Equal(gradients.Length, same.Length);
        foreach (var (expected, actual) in gradients.Zip(same))
            Numbers.Same(expected, actual, 0);

        (Tensor, Tensor[]) Run()
        {
            foreach (var parameter in model.parameters())
                parameter.grad = null;
            var states = model.Trunk.Hidden(tensor(new long[] { 3, 7, 4, 9, 2, 5, 8, 1 }, [2, 4]));
            model.Logits(states).log_softmax(-1).sin().sum().backward();
            return (states.detach(), [.. model.parameters().Select(parameter => parameter.grad!)]);
        }
    }

    [Fact]
    public void Recomputed_blocks_leave_no_tensor_behind()
    {
        using var model = TinyModels.Policy(config: TinyModels.Shape with { Layers = 3 });
        model.Trunk.RecomputesBlocks = true;
        Step();
        LiveTensors.StayAsMany("Five steps", () =>
        {
            for (var i = 0; i < 5; i++)
                Step();
        });

        void Step()
        {
            using var scope = NewDisposeScope();
            model.Trunk.Hidden(tensor(new long[] { 3, 7, 4, 9 }, [1, 4])).square().sum().backward();
            foreach (var parameter in model.parameters())
                parameter.grad = null;
        }
    }
}
