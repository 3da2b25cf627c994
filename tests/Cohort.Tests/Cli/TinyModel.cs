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
            "sft", "--out", Run, "--threads", "1", .. Set(
                "model.kind=new", "model.hiddenSize=16", "model.layers=1", "model.heads=2", "model.keyValueHeads=1", "model.contextLength=32",
                $"data.path={Problems}", "steps=2", "batchRows=3")]);
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
        "train", "--out", File(name), "--threads", "1", .. Set(
            $"model.path={Model}", $"data.path={Problems}", "reward.kind=exact", "rollout.promptsPerStep=2", "rollout.samplesPerPrompt=2",
            "rollout.maxNewTokens=4", "budget.steps=2", "evaluation.every=1"),
        .. more
    ];

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Set(params string[] options) => options.SelectMany(option => new[] { "--set", option });
}
