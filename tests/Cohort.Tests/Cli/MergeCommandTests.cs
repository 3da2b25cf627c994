using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Cli;

public sealed class MergeCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void An_adapter_and_its_merged_model_answer_alike()
    {
        CommandLine.Succeed(tiny.Train("adapted", "--set", "model.adapter.kind=lora", "--set", "optimizer.learningRate=0.1"));
        var (adapter, merged) = (Path.Combine(tiny.File("adapted"), "model"), tiny.File("merged"));
        CommandLine.Succeed("merge", "--model", adapter, "--out", merged);

        Assert.True(AdapterFolder.Describes(adapter));
        Assert.False(AdapterFolder.Describes(merged));
        string[] generate = ["generate", "--prompt", "2+2=", "--greedy", "--max-tokens", "6", "--model"];
        Assert.Equal(CommandLine.Succeed([.. generate, adapter]).Output, CommandLine.Succeed([.. generate, merged]).Output);
        CommandLine.Succeed("evaluate", "--model", adapter, "--problems", tiny.Problems, "--split", "all", "--max-tokens", "3");
        CommandLine.Refuse(["merge", "--model", adapter, "--out", merged], "is not empty");
        File.Delete(Path.Combine(adapter, "tokenizer.json"));
        CommandLine.Succeed([.. generate, adapter]);
    }

    [Fact]
    public void A_merged_model_is_written_in_the_type_that_is_asked_for()
    {
        var adapter = tiny.File("by-hand");
        using var scope = NewDisposeScope();
        using var model = ModelFolder.Load(tiny.Model);
        Adapters.Attach(model, "q_proj,down_proj", new(2, 3, false), seed: 6);
        using (no_grad())
            foreach (var (_, layer) in Adapters.Adapted(model))
                layer.Adapter!.Up.fill_(0.3);
        AdapterFolder.Save(model, adapter, tiny.Model, dropout: 0);
        CommandLine.Succeed("merge", "--model", adapter, "--out", tiny.File("wide"));
        CommandLine.Succeed("merge", "--model", adapter, "--out", tiny.File("narrow"), "--dtype", "bfloat16");
        CommandLine.Refuse(["merge", "--model", adapter, "--out", tiny.File("half"), "--dtype", "float16"], "float16");

        using var wide = SafetensorsFile.Open(Path.Combine(tiny.File("wide"), "model.safetensors"));
        using var narrow = SafetensorsFile.Open(Path.Combine(tiny.File("narrow"), "model.safetensors"));
        Assert.All(narrow.Names, name => Assert.True(wide.Read(name).to_type(ScalarType.BFloat16).equal(narrow.Read(name)).all().item<bool>(), name));
        Assert.All(wide.Names, name => Assert.Equal((ScalarType.Float32, ScalarType.BFloat16), (wide.Entry(name).Type, narrow.Entry(name).Type)));
        CommandLine.Succeed("generate", "--prompt", "2+2=", "--max-tokens", "2", "--model", tiny.File("narrow"));
    }

    [Fact]
    public void A_model_without_an_adapter_is_refused() =>
        CommandLine.Refuse(["merge", "--model", tiny.Model, "--out", tiny.File("nothing")], "it is no adapter, and there is nothing to merge");
}
