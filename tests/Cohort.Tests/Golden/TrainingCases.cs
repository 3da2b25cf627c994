using System.Text.Json;
using Cohort.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>Checks of optimizers, schedules, controllers and whole updates.</summary>
internal static class TrainingCases
{
    private const string Rates = "outputs/lr_at_step";
    private const string Specific = "params/scheduler_specific_kwargs/";

    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
        new("torch/Adam", golden => Follow(golden, Adam(golden, decayInGradient: true))),
        new("torch/AdamW", golden => Follow(golden, Adam(golden, decayInGradient: false))),
        new("torch/SGD", golden => Follow(golden, Sgd(golden))),
        new("torch/clip_grad_norm_", ClipGradients),
        new("transformers/get_scheduler(\"constant\")", golden => Schedule(golden, Start(golden))),
        new("transformers/get_scheduler(\"constant_with_warmup\")", golden => Schedule(golden, Start(golden))),
        new("transformers/get_scheduler(\"linear\")", golden => Schedule(golden, Start(golden) with { Schedule = LearningRateSchedule.Linear })),
        new("transformers/get_scheduler(\"cosine\")", golden => Schedule(golden, Cosine(golden))),
        new("transformers/get_scheduler(\"cosine_with_min_lr\")", golden => Schedule(golden, Cosine(golden) with
        {
            FinalFraction = golden.Number(Specific + "min_lr_rate", golden.Number(Specific + "min_lr", 0) / golden.Number("params/lr")),
        })),
        new("transformers/get_scheduler(\"cosine_with_restarts\")", golden => Schedule(golden, Start(golden) with
        {
            Schedule = LearningRateSchedule.CosineWithRestarts,
            Cycles = golden.Number(Specific + "num_cycles", missing: 1),
        })),
        new("transformers/get_scheduler(\"polynomial\")", golden => Schedule(golden, Start(golden) with
        {
            Schedule = LearningRateSchedule.Polynomial,
            Power = golden.Number(Specific + "power", missing: 1),
            FinalFraction = golden.Number(Specific + "lr_end", missing: 1e-7) / golden.Number("params/lr"),
        })),
        new("transformers/get_scheduler(\"inverse_sqrt\")", golden => Schedule(golden, Start(golden) with
        {
            Schedule = LearningRateSchedule.InverseSquareRoot,
            TimeScale = Warmup(golden) == 0 ? 10_000 : 0,
        })),
        new("transformers/get_scheduler(\"warmup_stable_decay\")", WarmupStableDecay),
        new("verl/AdaptiveKLController.update", golden => AdaptCoefficient(golden, "params/target_kl", "current_kl")),
        new("openrlhf/AdaptiveKLController.update", golden => AdaptCoefficient(golden, "params/target", "current")),
    ];

    private static AdamOptions Adam(GoldenCase golden, bool decayInGradient)
    {
        var betas = golden.Has("params/betas") ? golden.List("params/betas") : [0.9, 0.999];
        return new()
        {
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = golden.Number("params/eps", missing: 1e-8),
            WeightDecay = golden.Number("params/weight_decay", missing: decayInGradient ? 0 : 0.01),
            LargestMoment = golden.Number("params/amsgrad", missing: 0) != 0,
            DecayInGradient = decayInGradient && golden.Number("params/decoupled_weight_decay", missing: 0) == 0,
            MaxGradientNorm = double.MaxValue,
        };
    }

    private static SgdOptions Sgd(GoldenCase golden) => new()
    {
        Momentum = golden.Number("params/momentum", missing: 0),
        Dampening = golden.Number("params/dampening", missing: 0),
        WeightDecay = golden.Number("params/weight_decay", missing: 0),
        Nesterov = golden.Number("params/nesterov", missing: 0) != 0,
        MaxGradientNorm = double.MaxValue,
    };

    // Where theirs climbs, it is told the opposite of the gradient.
    private static void Follow(GoldenCase golden, OptimizerOptions options)
    {
        using var weights = new FreeWeights(golden.Tensor("inputs/initial"));
        using var optimizer = Optimizer.Create(weights, options);
        var sign = golden.Number("params/maximize", missing: 0) != 0 ? -1 : 1;
        var after = golden.Tensor("inputs/grads").unbind(0).Select(gradient =>
        {
            weights[0].grad = sign * gradient;
            optimizer.Step(golden.Number("params/lr", missing: 1e-3));
            return weights[0].detach().clone();
        });
        golden.Same("outputs/weights_after_each_step", stack(after));
    }

    private static void ClipGradients(GoldenCase golden)
    {
        var names = golden["inputs"].EnumerateObject().Select(input => input.Name).ToArray();
        var gradients = names.Select(name => golden.Tensor($"inputs/{name}")).ToArray();
        using var weights = new FreeWeights(gradients);
        using var optimizer = Optimizer.Create(weights, new SgdOptions { MaxGradientNorm = golden.Number("params/max_norm") });
        Assert.Equal(2, golden.Number("params/norm_type", missing: 2));
        foreach (var (index, gradient) in gradients.Index())
        {
            weights[index].grad = gradient.clone();
        }

        golden.Same("outputs/total_norm", optimizer.Step(0.01));
        foreach (var (index, name) in names.Index())
        {
            golden.Same($"outputs/{name}", weights[index].grad!);
        }
    }

    private static long Warmup(GoldenCase golden) => (long)golden.Number("params/num_warmup_steps", missing: 0);

    private static AdamOptions Start(GoldenCase golden) => new()
    {
        LearningRate = golden.Number("params/lr"),
        WarmupSteps = (int)Math.Max(0, Warmup(golden) - 1),
        FinalFraction = 0,
    };

    private static AdamOptions Cosine(GoldenCase golden) => Start(golden) with
    {
        Schedule = LearningRateSchedule.Cosine,
        Cycles = 2 * golden.Number(Specific + "num_cycles", missing: 0.5),
    };

    private static void WarmupStableDecay(GoldenCase golden)
    {
        var (warmup, decay) = (Warmup(golden), golden.Number(Specific + "num_decay_steps"));
        var stable = golden.Number(Specific + "num_stable_steps", golden.Number("params/num_training_steps", 0) - warmup - decay);
        var form = golden.Has(Specific + "decay_type") ? golden.Text(Specific + "decay_type") : "cosine";
        var options = Cosine(golden) with
        {
            Schedule = form switch
            {
                "cosine" => LearningRateSchedule.Cosine,
                "linear" => LearningRateSchedule.Linear,
                "1-sqrt" => LearningRateSchedule.OneLessRoot,
                _ => throw new NotSupportedException(form),
            },
            DecayShare = decay / (stable + decay),
            FinalFraction = golden.Number(Specific + "min_lr_ratio", missing: 0),
        };
        Schedule(golden, options, stable + decay);
    }

    // Their warm-up is s/W, which throws the first step away, ours (s+1)/(w+1): with w = W-1 ours at step s is theirs at s+1.
    private static void Schedule(GoldenCase golden, OptimizerOptions options) =>
        Schedule(golden, options, golden.Number("params/num_training_steps", missing: double.PositiveInfinity) - Warmup(golden));

    private static void Schedule(GoldenCase golden, OptimizerOptions options, double falling)
    {
        var (theirs, warmup) = (golden.List(Rates), Warmup(golden));
        var thrownAway = Math.Min(1, warmup);
        var ours = theirs.Skip((int)thrownAway).Select((_, step) =>
        {
            var progress = Math.Clamp((step + thrownAway - warmup) / falling, 0, 1);
            return LearningRate.At(options, step, new(progress, progress));
        });
        golden.Same(Rates, [.. Enumerable.Repeat(0.0, (int)thrownAway), .. ours]);
    }

    private static void AdaptCoefficient(GoldenCase golden, string target, string measured)
    {
        var kl = new KlPenalty
        {
            Coefficient = golden.Number("params/init_kl_coef"),
            Target = golden.Number(target),
            Horizon = golden.Number("params/horizon"),
        };
        var coefficient = kl.Coefficient;
        golden.Same("outputs/values", golden["inputs/updates"].EnumerateArray().Select(Update).ToArray());

        double Update(JsonElement update) => coefficient = AdaptiveKl.Next(
            kl, coefficient, update.GetProperty(measured).GetDouble(), update.GetProperty("n_steps").GetInt32());
    }
}
