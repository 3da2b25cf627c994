using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class ValueTrackTests
{
    private static readonly int[][] Prompts = [[5, 6], [7]];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Changes_and_turns_are_the_hand_counted_ones(int size)
    {
        var track = new ValueTrack(Prompts, size);
        track.Begin(Critic(1, 10));
        track.Begin(Critic(50, 60)); // the past is known
        Assert.Equal((1.5, double.NaN), Note(track, 3, 9));
        Assert.Equal((1, 0.5), Note(track, 2, 8));
        Assert.Equal((0.5, 0.5), Note(track, 2, 9));
        Assert.Equal((1.25, 1), Note(track, 4, 8.5f)); // the first went down when it last moved
        Assert.Equal((0.75, 0), Note(track, 5, 8));
    }

    [Fact]
    public void A_track_that_was_saved_goes_on_as_if_nothing_had_happened()
    {
        using var folder = new TemporaryFolder();
        var track = new ValueTrack(Prompts, 2);
        track.Begin(Critic(1, 10));
        Note(track, 3.3f, 9.7f);
        track.Save(folder.Path);
        var other = new ValueTrack(Prompts, 2);
        other.Load(folder.Path);
        other.Begin(Critic(0, 0));
        Assert.Equal(Note(track, 2.9f, 8.1f), Note(other, 2.9f, 8.1f));
    }

    [Fact]
    public void Without_prompts_there_are_no_numbers()
    {
        var (track, measures) = (new ValueTrack([], 2), new Measures());
        track.Begin(Critic(1, 10));
        track.Note(Critic(2, 20), measures);
        Assert.Empty(measures.Finish(1).Values);
    }

    private static (double Change, double Reversals) Note(ValueTrack track, float first, float second)
    {
        var measures = new Measures();
        track.Note(Critic(first, second), measures);
        return (measures.Of(MetricNames.ValueChange), measures.Of(MetricNames.ValueReversals));
    }

    // The last tokens of the prompts are 6 and 7.
    private static Func<Tensor, Tensor> Critic(float first, float second) =>
        tokens => tokens.eq(6).to_type(ScalarType.Float32) * first + tokens.eq(7).to_type(ScalarType.Float32) * second;
}
