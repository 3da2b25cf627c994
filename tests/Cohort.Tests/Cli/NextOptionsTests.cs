using System.Diagnostics;
using Cohort.Cli.Commands;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Training;

namespace Cohort.Tests.Cli;

public sealed class NextOptionsTests
{
    private static readonly FileData File = new()
    {
        Path = "/data/my problems.csv",
        Fields = new FieldNames { Prompt = "ask", Answer = "the gold", Id = "key" },
        SkipBadLines = true,
        LongPrompts = LongPrompts.Drop,
        Chat = ChatUse.Always,
        System = "Don't guess.",
    };

    [Fact]
    public void Evaluation_reads_a_file_as_the_run_did()
    {
        const string Reading = " --field prompt=ask --field 'answer=the gold' --field id=key --skip-bad-lines --long-prompts drop";
        const string Writing = " --chat always --system 'Don'\\''t guess.'";
        Assert.Equal(
            "--problems '/data/my problems.csv'" + Reading + " --reward number" + Writing,
            NextOptions.OfEvaluate(new RunOptions { Data = File, Reward = new NumberMatch() }));
        Assert.Equal(
            "--problems /held.csv --split all" + Reading + " --reward exact" + Writing,
            NextOptions.OfEvaluate(new RunOptions { Data = File with { HeldOutPath = "/held.csv" } }));
        Assert.Equal("--problems PROBLEMS.jsonl --reward exact" + Writing, NextOptions.OfEvaluate(new SftOptions { Data = File }));
        Assert.Equal(
            "--task sort --size 5 --chat never",
            NextOptions.OfEvaluate(new RunOptions { Data = new TaskData { Task = TaskName.Sort, Size = 5, Chat = ChatUse.Never } }));
    }

    [Fact]
    public void Training_writes_prompts_as_the_run_did()
    {
        const string Writing = """ --set data.chat=always --set 'data.system="Don'\''t guess."'""";
        Assert.Equal("--set data.path=PROBLEMS.jsonl" + Writing, NextOptions.OfTrain(new SftOptions { Data = File }));
        Assert.Equal("--set data.task=sort", NextOptions.OfTrain(new RewardModelOptions { Data = new TaskData { Task = TaskName.Sort } }));
        Assert.Equal(" --set reward.chat=never", NextOptions.Chat(File with { Chat = ChatUse.Never, System = "" }, "reward"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("runs/train-1/model")]
    [InlineData("/my runs/It's \"one\" & $HOME `id` (2)\\")]
    [InlineData("line\nand a\ttab 'quoted' \\n, *?")]
    [InlineData("käse ~ # ! = {a,b}")]
    public void A_shell_reads_a_quoted_text_back(string text)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"printf %s {NextOptions.Quoted(text)}"]) { RedirectStandardOutput = true })!;
        Assert.Equal(text, shell.StandardOutput.ReadToEnd());
        shell.WaitForExit();
    }
}
