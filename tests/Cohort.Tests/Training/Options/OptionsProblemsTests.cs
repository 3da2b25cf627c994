using Cohort.Training;

namespace Cohort.Tests.Training.Options;

/// <summary>Each way in which a run file can be wrong, with the whole message.</summary>
public sealed class OptionsProblemsTests
{
    private const string Presets =
        """
        "grpo", "ppo", "deepSeekMath", "drGrpo", "dapo", "gspo", "luspo", "cispo", "sapo", "gmpo", "gpg", "rloo", "reinforce", "reinforcePlusPlus",
        """
        + " "
        + """
        "reinforcePlusPlusBaseline", "remax", "opo" or "gdpo"
        """;

    [Theory]
    // Keys.
    [InlineData("""{"rollout": {"temprature": 1}}""", "rollout.temprature is not an option; did you mean rollout.temperature?")]
    [InlineData("""{"Seed": 1}""", "Seed is not an option; did you mean seed?")]
    [InlineData("""{"rollout": {"samples_per_prompt": 4}}""",
        "rollout.samples_per_prompt is not an option; did you mean rollout.samplesPerPrompt?")]
    [InlineData("""{"optimizer": {"beta": 0.9}}""", "optimizer.beta is not an option; did you mean optimizer.beta1 or optimizer.beta2?")]
    [InlineData("""{"optimizer": {"beta1": 0.8, "momentum": 0.9}}""", "optimizer needs a \"kind\", since none has all of the keys beta1, "
        + "momentum: \"adamw\" has learningRate, warmupSteps, warmupShare, schedule, finalFraction, decayShare, cycles, power, timeScale, weightDecay, "
        + "maxGradientNorm, beta1, beta2, epsilon, largestMoment, decayInGradient; \"sgd\" has learningRate, warmupSteps, warmupShare, schedule, "
        + "finalFraction, decayShare, cycles, power, timeScale, weightDecay, maxGradientNorm, momentum, dampening, nesterov.")]
    [InlineData("""{"steps": 50}""", "steps is not an option; did you mean budget.steps?")]
    [InlineData("""{"budget": {"dollars": 50}}""", "budget.dollars is not an option; budget has steps, tokens.")]
    [InlineData("""{"dollars": 50}""", "dollars is not an option; the options are seed, threads, device, dtype, model, data, optimizer, evaluation, "
        + "checkpoints, reward, algorithm, rollout, update, budget.")]
    [InlineData("""{"batchPairs": 4}""", "batchPairs is not an option here, but one of `cohort reward-model`; is the run file meant for that?")]
    [InlineData("""{"rollout": {"rows": 5}}""", "rollout.rows is not an option; rollout has promptsPerStep, samplesPerPrompt, temperature, "
        + "maxNewTokens, stop, includeStop, maxRefills, curriculum, largestBatch, sampler, weights, loggedPrompts, saveAll, replay.")]
    [InlineData("""{"budget.steps": 50}""",
        """budget.steps is one key with dots; nest objects instead, as in { "budget": { "steps": 50 } }.""")]
    // Types.
    [InlineData("""{"seed": "five"}""", """seed is "five"; it must be a whole number.""")]
    [InlineData("""{"budget": {"steps": 2.5}}""", "budget.steps is 2.5; it must be a whole number.")]
    [InlineData("""{"budget": {"steps": null}}""", "budget.steps is null; it must be a whole number.")]
    [InlineData("""{"rollout": {"temperature": [1]}}""", "rollout.temperature is [1]; it must be a number.")]
    [InlineData("""{"rollout": {"temperature": "NaN"}}""", """rollout.temperature is "NaN"; it must be a number.""")]
    [InlineData("""{"algorithm": {"kl": {"measure": 1}}}""", "algorithm.kl.measure is 1; it must be true or false.")]
    [InlineData("""{"data": {"path": 7}}""", "data.path is 7; it must be a string.")]
    [InlineData("""{"data": {"path": "a\u0000b"}}""", """data.path is "a\u0000b"; it must be a string without zero characters.""")]
    [InlineData("""{"rollout": 3}""", "rollout is 3; it must be an object with keys, as in { ... }.")]
    [InlineData("""{"model": null}""", "model is null; it must be an object with keys, as in { ... }.")]
    [InlineData("""{"algorithm": 3}""", "algorithm is 3; it must be an object with keys, as in { ... }, or the name of a preset.")]
    // Names.
    [InlineData("""{"algorithm": {"reduction": "tokenmean"}}""", """
        algorithm.reduction is "tokenmean"; it must be "responseMean", "tokenMean", "fixedLength", "responseSum" or "sum"; did you mean "tokenMean"?
        """)]
    [InlineData("""{"algorithm": {"kl": {"estimator": "k4"}}}""",
        """algorithm.kl.estimator is "k4"; it must be "exact", "k1", "k2", "k3", "abs" or "plainK3".""")]
    [InlineData("""{"algorithm": {"kl": {"estimator": 1}}}""", """algorithm.kl.estimator is 1; it must be "exact", "k1", "k2", "k3", "abs" or "plainK3".""")]
    [InlineData("""{"algorithm": "gpo"}""", "algorithm.preset is \"gpo\"; it must be " + Presets + ".")]
    [InlineData("""{"algorithm": "dpo"}""", "algorithm.preset is \"dpo\"; it must be " + Presets + ".")]
    [InlineData("""{"algorithm": {"preset": 1}}""", "algorithm.preset is 1; it must be " + Presets + ".")]
    // Ranges.
    [InlineData("""{"rollout": {"temperature": 0}}""", "rollout.temperature is 0; it must lie in (0, 100].")]
    [InlineData("""{"rollout": {"temperature": 1e999}}""", "rollout.temperature is 1e999; it must lie in (0, 100].")]
    [InlineData("""{"optimizer": {"maxGradientNorm": 1e999}}""", "optimizer.maxGradientNorm is 1e999; it must be above 0 and finite.")]
    [InlineData("""{"budget": {"steps": -1}}""", "budget.steps is -1; it must lie in [0, 100000000]; 0 is no limit.")]
    [InlineData("""{"budget": {"steps": 3000000000}}""", "budget.steps is 3000000000; it must lie in [0, 100000000]; 0 is no limit.")]
    [InlineData("""{"budget": {"tokens": 1e99}}""", "budget.tokens is 1e99; it must be at most 9223372036854775807.")]
    [InlineData("""{"seed": -1}""", "seed is -1; it must be at least 0.")]
    [InlineData("""{"reward": {"largestUnscoredShare": 1.5}}""", "reward.largestUnscoredShare is 1.5; it must lie in (0, 1].")]
    // Kinds.
    [InlineData("""{"data": {"kind": "fille"}}""", """
        data.kind is "fille"; it must be "task" or "file"; did you mean "file"?
        """)]
    [InlineData("""{"data": {"kind": null}}""", """data.kind is null; it must be "task" or "file".""")]
    [InlineData("""{"reward": {"rewards": {"right": {"weight": "much"}}}}""", "reward.rewards.right.weight is \"much\"; it must be a number.")]
    [InlineData("""{"reward": {"rewards": [1]}}""",
        "reward.rewards is [1]; it must be an object of rewards by name, as in {\"correct\": {\"kind\": \"number\"}}.")]
    [InlineData("""{"model": {"path": "m"}, "reward": {"rewards": {}}}""",
        "reward.rewards has 0 rewards, none of them with a weight other than 0; name at least one, as in {\"correct\": {\"kind\": \"number\"}}.")]
    [InlineData("""{"model": {"path": "m"}, "reward": {"rewards": {"a b": {"kind": "exact"}}}}""",
        "reward.rewards has the name \"a b\"; a name has 1 to 64 letters, digits, _ and -.")]
    [InlineData("""{"model": {"path": "m"}, "reward": {"rewards": {"a": {"kind": "several", "rewards": {"b": {"kind": "exact"}}}}}}""",
        "reward.rewards.a is of the kind \"several\" again; name its rewards in reward.rewards.")]
    [InlineData("""{"model": {"path": "m"}, "reward": {"rewards": {"a": {"kind": "exact"}}, "weight": 2}}""",
        "reward.weight and reward.deadlineSeconds are of a single reward; set them in reward.rewards, of each one.")]
    [InlineData("""{"model": {"path": "m"}, "reward": {"kind": "number", "weight": 0}}""",
        "reward.weight is 0, but a single reward must count; leave it at 1, or set reward.kind=several and name others beside this one.")]
    [InlineData("""{"data": {"kind": "task", "path": "x.jsonl"}}""",
        """data.path belongs to the kind "file", but data is of the kind "task"; set data.kind, or remove the key.""")]
    [InlineData("""{"algorithm": {"advantage": {"lambda": 0.9}}}""", "algorithm.advantage.lambda belongs to the kind \"critic\", but "
        + "algorithm.advantage is of the kind \"group\"; set algorithm.advantage.kind, or remove the key.")]
    [InlineData("""{"data": {"path": "x", "size": 3}}""",
        """data needs a "kind", since none has all of the keys path, size: "task" has chat, system, today, task, size, noise; "file" has chat, system, today, path, heldOutPath, fields, skipBadLines, longPrompts.""")]
    [InlineData("""{"reward": {"kind": "exact", "kindness": 1}}""",
        "reward.kindness is not an option; reward has deadlineSeconds, weight, largestUnscoredShare, where.")]
    public void A_wrong_option_is_explained(string json, string problem) => AssertProblems([problem.TrimEnd('\n')], json);

    [Theory]
    [InlineData("budget.steps",
        """--set budget.steps has no key or no "="; write a dotted key and a value, as in --set budget.steps=50.""")]
    [InlineData("=50", """--set =50 has no key or no "="; write a dotted key and a value, as in --set budget.steps=50.""")]
    [InlineData("budget..steps=50",
        """--set budget..steps=50 has no key or no "="; write a dotted key and a value, as in --set budget.steps=50.""")]
    [InlineData("seed.low=50", "--set seed.low=50 names a key inside of seed, which is 7 and has no keys.")]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u=1",
        "--set a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p... has 21 keys; an option has at most 16.")]
    [InlineData("rolout.temperature=1", "rolout is not an option; did you mean rollout?")]
    [InlineData("rollout.temperature=", """rollout.temperature is ""; it must be a number.""")]
    [InlineData("rollout.temperature=hot", """rollout.temperature is "hot"; it must be a number.""")]
    [InlineData("data={kind: file}", """data is "{kind: file}"; it must be an object with keys, as in { ... }.""")]
    public void A_wrong_setting_is_explained(string set, string problem) => AssertProblems([problem], """{"seed": 7}""", set);

    [Fact]
    public void All_problems_stand_in_one_message_after_the_files_name()
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ParseSft(
            """{"steps": 0, "evaluation": {"stopAt": -2, "evry": 3}, "model": {"path": 4}}""", ["x", "maxNewTokens=-1"], "runs/sft.json"));

        Assert.Equal(
            """
            runs/sft.json: 6 problems
            --set x has no key or no "="; write a dotted key and a value, as in --set budget.steps=50.
            steps is 0; it must lie in [1, 100000000].
            evaluation.stopAt is -2; it must lie in [0, 1000000]; 0 never stops.
            evaluation.evry is not an option; did you mean evaluation.every?
            model.path is 4; it must be a string.
            maxNewTokens is -1; it must lie in [0, 1000000]; 0 is automatic.
            """, error.Message);
        Assert.Equal(6, error.Problems.Count);
    }

    [Fact]
    public void Relations_are_checked_once_every_option_is_right()
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ReadRun("", ["budget.steps=0"]));
        Assert.Equal(
            """
            The command line: 2 problems
            model.path is missing: name a model folder (`cohort sft` makes one).
            budget.steps and budget.tokens are both 0: give at least one of them, so that the run ends.
            """, error.Message);
    }

    [Fact]
    public void A_long_value_is_shortened()
    {
        AssertProblems([$"seed is \"{new string('a', 69)}…{new string('b', 8)}\"; it must be a whole number."],
            $$"""{"seed": "{{new string('a', 200)}}{{new string('b', 200)}}"}""");
    }

    private static void AssertProblems(string[] problems, string json, params string[] sets)
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ParseRun(json, sets, "run.json"));
        Assert.Equal(problems, error.Problems);
        Assert.Equal($"run.json: {problems[0]}", error.Message);
    }
}
