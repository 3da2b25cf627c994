using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Cohort.Tests.Architecture;

/// <summary>The built library, read without loading it: which type uses which.</summary>
internal sealed class Library : IDisposable
{
    private readonly AssemblyDefinition _assembly = AssemblyDefinition.ReadAssembly(typeof(Cohort.Tensors.Shapes).Assembly.Location);

    /// <summary>Every type with its nested ones, those that the compiler makes included.</summary>
    public IEnumerable<TypeDefinition> Types() => _assembly.MainModule.Types.SelectMany(WithNested).Where(type => RoomOf(type) != "");

    /// <summary>The room of a type of ours: the second part of its namespace; empty for all others.</summary>
    public static string RoomOf(TypeReference type)
    {
        var outermost = type;
        while (outermost.DeclaringType is { } around)
            outermost = around;
        return outermost.Namespace.Split('.') is ["Cohort", var room, ..] ? room : "";
    }

    /// <summary>The name of the outermost type, which is what stands in a file.</summary>
    public static string NameOf(TypeReference type)
    {
        var outermost = type;
        while (outermost.DeclaringType is { } around)
            outermost = around;
        return outermost.FullName;
    }

    /// <summary>Every type of ours that a type names: in its bases, members, attributes and code.</summary>
    public static IEnumerable<TypeReference> Uses(TypeDefinition type) => Mentioned(type).SelectMany(Flat).Where(used => RoomOf(used) != "");

    /// <summary>The methods that a type's code calls.</summary>
    public static IEnumerable<MethodReference> Calls(TypeDefinition type) => type.Methods.Where(method => method.HasBody)
        .SelectMany(method => method.Body.Instructions)
        .Select(instruction => instruction.Operand)
        .OfType<MethodReference>();

    public void Dispose() => _assembly.Dispose();

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    private static IEnumerable<TypeReference?> Mentioned(TypeDefinition type)
    {
        IEnumerable<TypeReference?> of = [type.BaseType, .. type.Interfaces.Select(one => one.InterfaceType), .. type.Fields.Select(one => one.FieldType)];
        of = of.Concat(type.GenericParameters.SelectMany(one => one.Constraints).Select(one => one.ConstraintType));
        of = of.Concat(type.CustomAttributes.SelectMany(Mentioned));
        of = of.Concat(type.Properties.SelectMany(one => one.CustomAttributes).SelectMany(Mentioned));
        return of.Concat(type.Methods.SelectMany(Mentioned));
    }

    private static IEnumerable<TypeReference?> Mentioned(CustomAttribute attribute) => attribute.ConstructorArguments
        .Select(argument => argument.Value as TypeReference)
        .Append(attribute.AttributeType);

    private static IEnumerable<TypeReference?> Mentioned(MethodDefinition method)
    {
        IEnumerable<TypeReference?> of = [.. method.CustomAttributes.SelectMany(Mentioned), .. Mentioned((MethodReference)method)];
        of = of.Concat(method.GenericParameters.SelectMany(one => one.Constraints).Select(one => one.ConstraintType));
        if (!method.HasBody)
            return of;

        return of
            .Concat(method.Body.Variables.Select(variable => variable.VariableType))
            .Concat(method.Body.ExceptionHandlers.Select(handler => handler.CatchType))
            .Concat(method.Body.Instructions.SelectMany(Mentioned));
    }

    private static IEnumerable<TypeReference?> Mentioned(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod generic => Mentioned(generic).Concat(generic.GenericArguments),
        MethodReference method => Mentioned(method),
        _ => [],
    };

    private static IEnumerable<TypeReference?> Mentioned(MethodReference method) =>
        method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType).Append(method.DeclaringType);

    // Arrays, references and generic instances are taken apart.
    private static IEnumerable<TypeReference> Flat(TypeReference? type) => type switch
    {
        null => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Flat).Append(generic.ElementType),
        TypeSpecification made => Flat(made.ElementType),
        _ => [type],
    };
}
