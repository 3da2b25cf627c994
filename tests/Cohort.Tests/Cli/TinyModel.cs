namespace Cohort.Tests.Cli;

/// <summary>A folder with a tiny model that three lines of demonstrations made, and those lines.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyModel()
    {
        System.IO.File.WriteAllText(Problems, """
            {"prompt": "2+2=", "answer": "4"}
            {"prompt": "3+4=", "answer": 7}
            {"prompt": "1+8=", "answer": 9}

            """);
        CommandLine.Succeed([
            "sft", "--out", Run, "--set", "model.kind=new", "--set", "model.hiddenSize=16", "--set", "model.layers=1", "--set", "model.heads=2",
            "--set", "model.keyValueHeads=1", "--set", "model.contextLength=32", "--set", $"data.path={Problems}", "--set", "steps=2",
            "--set", "batchRows=3", "--threads", "1"]);
    }

    /// <summary>Three problems.</summary>
    public string Problems => File("problems.jsonl");

    /// <summary>The run that made the model.</summary>
    public string Run => File("sft");

    /// <summary>The model.</summary>
    public string Model => Path.Combine(Run, "model");

    public string File(string name) => _folder.File(name);

    /// <summary>Options of a training run of a second or so.</summary>
    /// <param name="name">Its directory's name.</param>
    /// <param name="more">Further arguments.</param>
    public string[] Train(string name, params string[] more) =>
    [
        "train", "--out", File(name), "--set", $"model.path={Model}", "--set", $"data.path={Problems}", "--set", "reward.kind=exact", "--set",
        "rollout.promptsPerStep=2", "--set", "rollout.samplesPerPrompt=2", "--set", "rollout.maxNewTokens=4", "--set", "budget.steps=2", "--set",
        "evaluation.every=1", "--threads", "1", .. more
    ];

    public void Dispose() => _folder.Dispose();
}
