using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// Networks that stand on the memory of another: policy, reference and critic over one frozen base. While such a network is built on this
/// thread, its matrices are empty; then they become views of the lender's.
/// </summary>
internal static class BorrowedWeights
{
    [ThreadStatic]
    private static Tensor? _lender;

    /// <summary>A parameter that is not initialized: of its own, or without memory where it will be borrowed.</summary>
    /// <param name="device">Where it lies, if it is its own; the default device where none is given.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <returns>Owned by the caller.</returns>
    public static Parameter Blank(Device? device, params long[] shape)
    {
        var parameter = new Parameter(_lender is null ? empty(shape, device: device) : empty(0, dtype: _lender.dtype, device: _lender.device));
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    /// <summary>Builds a network whose parameters are the lender's, frozen. It may outlive the lender.</summary>
    /// <typeparam name="TNetwork">What is built.</typeparam>
    /// <param name="lender">Has a parameter of every name that the network has.</param>
    /// <param name="example">One of the lender's parameters: its type and device are the network's.</param>
    /// <param name="build">Builds the network.</param>
    /// <returns>Owned by the caller.</returns>
    public static TNetwork Build<TNetwork>(nn.Module lender, Parameter example, Func<TNetwork> build)
        where TNetwork : nn.Module
    {
        _lender = example;
        TNetwork network;
        try
        {
            network = Placement.Of(lender).Build(build);
        }
        finally
        {
            _lender = null;
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var source = lender.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var (name, parameter) in network.named_parameters())
        {
            parameter.requires_grad_(false);
            parameter.set_(source[name]);
        }

        return network;
    }
}
