using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class ModelLifetimeTests
{
    [Fact]
    public void Models_leave_nothing_behind()
    {
        LiveTensors.StayAsMany("Creating", () =>
        {
            using var model = new LanguageModel(TinyModels.Shape);
        });
        LiveTensors.StayAsMany("Drawing", () =>
        {
            using var model = TinyModels.Policy();
        });
        LiveTensors.StayAsMany("Copying", () =>
        {
            using var model = TinyModels.Policy();
            using var copy = model.Copy();
        });
        LiveTensors.StayAsMany("A critic", () =>
        {
            using var critic = new Critic(TinyModels.Shape);
        });
        LiveTensors.StayAsMany("Saving and loading", () =>
        {
            using var folder = new TemporaryFolder();
            using var model = TinyModels.Policy();
            ModelFolder.Save(model, model.Config, folder.Path);
            using var loaded = ModelFolder.Load(folder.Path);
        });
        LiveTensors.StayAsMany("Freezing", () =>
        {
            using var model = TinyModels.Policy();
            Weights.Freeze(model);
            Assert.True(Weights.Count(model) > 0);
        });
    }
}
