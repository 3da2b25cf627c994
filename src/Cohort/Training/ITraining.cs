using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>What a run repeats: supervised fine-tuning, policy optimization, or training a reward model.</summary>
internal interface ITraining : IDisposable
{
    /// <summary>The metric of <see cref="Validate"/> by which the best checkpoint is chosen; the larger the better.</summary>
    string BestBy { get; }

    /// <summary>The name of the model's folder inside a checkpoint.</summary>
    string ModelName { get; }

    /// <summary>How many rows of the validation split <see cref="Validate"/> takes.</summary>
    int ValidationRows { get; }

    /// <summary>Takes one step.</summary>
    /// <exception cref="OperationCanceledException">The step was given up; networks and optimizers are as they were.</exception>
    /// <exception cref="TrainingException">The same, for a reason that the user must mend.</exception>
    TrainerState Step(TrainerState state, Measures measures, CancellationToken cancel);

    /// <summary>Measures on the validation split.</summary>
    /// <param name="step">The step that was finished; random numbers depend on it.</param>
    /// <param name="measures">Takes the numbers; <see cref="BestBy"/> among them. None where an exception is thrown.</param>
    /// <param name="cancel">Stops it before its end.</param>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    /// <exception cref="TrainingException">It cannot be measured, for a reason that the user must mend.</exception>
    void Validate(long step, Measures measures, CancellationToken cancel);

    /// <summary>Whether the budget is used up.</summary>
    bool IsFinished(TrainerState state);

    /// <summary>The share of the budget that is used up, in [0, 1].</summary>
    double Progress(TrainerState state);

    /// <summary>Appends the finished step's completions to their log.</summary>
    void WriteLog();

    /// <summary>Length of the log of completions on disk, in bytes.</summary>
    long FlushLog();

    /// <summary>Writes networks and optimizers into a checkpoint's folder.</summary>
    void Save(string folder);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    void Load(string folder);

    /// <summary>Writes the model as a Hugging Face folder.</summary>
    void SaveModel(string folder);
}
