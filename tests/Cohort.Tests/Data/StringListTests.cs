using Cohort.Rollouts;

namespace Cohort.Tests.Data;

public sealed class StringListTests
{
    [Fact]
    public void Samplings_with_the_same_stop_strings_are_equal()
    {
        var sampling = new RolloutSampling { Stop = ["</answer>", "\n\n"] };
        Assert.Equal(sampling, new RolloutSampling { Stop = ["</answer>", "\n\n"] });
        Assert.Equal(sampling.GetHashCode(), new RolloutSampling { Stop = ["</answer>", "\n\n"] }.GetHashCode());
        Assert.NotEqual(sampling, new RolloutSampling { Stop = ["\n\n", "</answer>"] });
        Assert.NotEqual(sampling, new RolloutSampling { Stop = ["</answer>"] });
    }

    [Fact]
    public void Empty_stop_string_is_refused()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new EvaluationSampling { Stop = ["x", ""] });
        Assert.StartsWith("A text of the list must have at least one character.", error.Message);
    }
}
