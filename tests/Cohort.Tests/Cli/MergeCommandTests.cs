using Cohort.Models;

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
    public void A_model_without_an_adapter_is_refused() =>
        CommandLine.Refuse(["merge", "--model", tiny.Model, "--out", tiny.File("nothing")], "it is no adapter, and there is nothing to merge");
}
