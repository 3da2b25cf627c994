using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

/// <summary>docs/options.md, made from the option records and their documentation.</summary>
internal sealed partial class OptionsDocument
{
    private readonly Dictionary<string, XElement> _summaries =
        XDocument.Load(Path.ChangeExtension(typeof(RunOptions).Assembly.Location, ".xml")).Descendants("member")
            .Where(m => m.Element("summary") is not null)
            .ToDictionary(m => m.Attribute("name")!.Value, m => m.Element("summary")!, StringComparer.OrdinalIgnoreCase);

    public string Text()
    {
        var train = OptionList.Of(new RunOptions()).ToList();
        var sft = OptionList.Of(new SftOptions()).ToList();
        var rewardModel = OptionList.Of(new RewardModelOptions()).ToList();
        var ppo = OptionList.Of(new RunOptions { Algorithm = AlgorithmOptions.Ppo }).ToDictionary(o => (o.Path, o.Kind), o => o.Default);
        var text = new StringBuilder(Head);
        Section(text, "`cohort train`, `cohort sft` and `cohort reward-model`", train.Intersect(sft), ppo);
        Section(text, "`cohort train` only", train.Except(sft), ppo);
        Section(text, "`cohort sft` and `cohort reward-model`", sft.Intersect(rewardModel).Except(train), ppo);
        Section(text, "`cohort sft` only", sft.Except(train).Except(rewardModel), ppo);
        Section(text, "`cohort reward-model` only", rewardModel.Except(sft), ppo);
        return text.ToString();
    }

    private void Section(StringBuilder text, string title, IEnumerable<OptionEntry> options, Dictionary<(string, string), string> ppo)
    {
        text.Append($"\n## {title}\n");
        foreach (var group in options.GroupBy(o => o.Path.Contains('.') ? o.Path.Split('.')[0] : ""))
        {
            text.Append(group.Key == "" ? "\n" : $"\n### {group.Key}\n\n{SectionMeaning(group.Key)}\n\n");
            text.Append("| option | default | values | meaning |\n|---|---|---|---|\n");
            foreach (var option in group)
                text.Append($"| {Key(option)} | {Default(option, ppo)} | {option.Rule} | {Meaning(option)} |\n");
        }
    }

    private string SectionMeaning(string key) => Summary($"P:{typeof(RunOptions)}.{key}", $"P:{typeof(CommonOptions)}.{key}");

    private static string Key(OptionEntry option) => option.Kind == "" ? $"`{option.Path}`" : $"`{option.Path}` ({option.Kind})";

    private static string Default(OptionEntry option, Dictionary<(string, string), string> ppo)
    {
        var other = ppo.GetValueOrDefault((option.Path, option.Kind), option.Default);
        return other == option.Default ? $"`{option.Default}`" : $"`{option.Default}`, ppo: `{other}`";
    }

    private string Meaning(OptionEntry option)
    {
        if (option.Owner == option.Values)
            return Summary($"T:{option.Owner}") + Each(OptionsJson.Kinds(option.Owner).Select(k => (k.Name, $"T:{k.Type}")));

        var meaning = Summary($"P:{option.Owner}.{option.Path.Split('.')[^1]}");
        return option.Values.IsEnum ? meaning + Each(OptionValue.Names(option.Values).Select(n => (n, $"F:{option.Values}.{n}"))) : meaning;
    }

    private string Each(IEnumerable<(string Name, string Member)> values) =>
        string.Concat(values.Select(v => $"<br>`{v.Name}`: {Summary(v.Member)}"));

    // XML documentation as one line of a Markdown table.
    private string Summary(params string[] members)
    {
        var summary = new XElement(_summaries[members.First(_summaries.ContainsKey)]);
        foreach (var reference in summary.Descendants().Where(e => e.Attribute("cref") is not null).ToList())
            reference.ReplaceWith($"`{JsonNamingPolicy.CamelCase.ConvertName(reference.Attribute("cref")!.Value.Split('.')[^1])}`");
        foreach (var code in summary.Descendants("c").ToList())
            code.ReplaceWith($"`{code.Value}`");

        return Space().Replace(summary.Value, " ").Trim().Replace("|", "\\|");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    private const string Head = """
        # Options

        <!-- Written by a test from the option records. To renew it: COHORT_WRITE_DOCS=1 ./test OptionsDocument -->

        A run file is a JSON object that gives some of these options; the others keep their defaults. Comments and a comma
        after the last element are allowed. `--set` overrides one option, as in `--set rollout.temperature=0.7`; what follows
        the `=` is JSON where it can be, else a string. Every problem of a run file is reported at once, each with the value,
        the rule and, for a misspelt key, the nearest one. The `options.json` of a run directory is a run file too, with all
        options.

        - **Kinds.** Some objects come in kinds, such as `"data": {"kind": "file", "path": "problems.jsonl"}`. The kind in
          brackets after an option is the one that has it. A `kind` may be left out where the default's kind has all the given
          keys, or else where only one kind has them: `"data": {"path": "problems.jsonl"}` is a file. The kind of
          `algorithm.advantage` and of `algorithm.loss` is the preset's unless it is given.
        - **Presets.** `"algorithm"` is the name of a preset, `"grpo"` where none is given ([all of them](algorithms.md#presets)),
          or an object with a `"preset"` and what differs from it: `"algorithm": {"preset": "ppo", "loss": {"high": 0.28}}`. On a command line: `--set algorithm=ppo
          --set algorithm.loss.high=0.28`.
        - **Paths** of a model or of data are relative to the run file's folder, and without a run file to the current one.
        - **Resuming.** `budget.steps`, `budget.tokens`, `steps` of `cohort sft` and
          `cohort reward-model`, `checkpoints.*`, `evaluation.stopAt`,
          `evaluation.patience`, `rollout.loggedPrompts` and `recomputeActivations` may change when a run is resumed, and so may
          `threads` and `device`, though then not bit for bit. Of rewards, `deadlineSeconds`, `largestUnscoredShare`, `url`, `tokenVariable`, `keyVariable`,
          `workers`, `concurrency`, `retries` and `replySeconds` may. Any other change would alter steps that are done, and is refused.

        """;
}
