using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class ShapesTests
{
    [Fact]
    public void Equal_shapes_and_types_pass()
    {
        using var scope = NewDisposeScope();
        var values = Numbers.Rows([0.2, 0.3], [0.4, 0.5]);
        Shapes.RequireSame(values, values + 1);
        Shapes.RequireMask(values, Numbers.Mask("x.", ".x"));
        Shapes.RequireRows(values, tensor([true, false]));
    }

    [Fact]
    public void Another_shape_or_type_is_named_with_both()
    {
        using var scope = NewDisposeScope();
        var values = Numbers.Rows([0.2, 0.3], [0.4, 0.5]);
        var (other, single, rows) = (Numbers.Row(0.2, 0.3), values.to_type(ScalarType.Float32), tensor([0.1, 0.2, 0.3]));
        Refused("other has shape [1,2], expected [2,2]; nothing here broadcasts. (Parameter 'other')", () => Shapes.RequireSame(values, other));
        Refused("single is Float32, expected Float64; dtypes are never mixed. (Parameter 'single')", () => Shapes.RequireSame(values, single));
        Refused("other has shape [1,2], expected [2,2]; nothing here broadcasts. (Parameter 'other')", () => Shapes.RequireMask(values, other));
        Refused("single is Float32, expected Bool, where true counts. (Parameter 'single')", () => Shapes.RequireMask(values, single));
        Refused("rows has shape [3], expected [2]; nothing here broadcasts. (Parameter 'rows')", () => Shapes.RequireRows(values, rows));
        Refused("other has shape [1,2], expected [2]; nothing here broadcasts. (Parameter 'other')", () => Shapes.RequireRows(values, other));

        static void Refused(string message, Action call) => Assert.Equal(message, Assert.Throws<ArgumentException>(call).Message);
    }
}
