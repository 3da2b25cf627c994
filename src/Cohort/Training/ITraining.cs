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

    /// <summary>Measures the learning curve where a point of it is due; training without one does nothing.</summary>
    /// <param name="state">The state after a step; at step 0 that of the start.</param>
    /// <param name="ends">Whether the run ends with it.</param>
    /// <param name="measures">Takes the numbers. None where an exception is thrown.</param>
    /// <param name="cancel">Stops it before its end.</param>
    /// <returns>The state with the point.</returns>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    /// <exception cref="TrainingException">It cannot be measured, for a reason that the user must mend.</exception>
    TrainerState MeasureCurve(TrainerState state, bool ends, Measures measures, CancellationToken cancel) => state;

    /// <summary>Whether the budget is used up.</summary>
    bool IsFinished(TrainerState state) => Progress(state) >= 1;

    /// <summary>The share of the budget that is used up, in [0, 1].</summary>
    double Progress(TrainerState state);

    /// <summary>Appends to the logs what the finished step left for them: completions, and a point of the learning curve; without logs, nothing.</summary>
    void WriteLog()
    {
    }

    /// <summary>Brings the logs to the disk, and notes their lengths; training without logs of its own changes nothing.</summary>
    TrainerState FlushLogs(TrainerState state) => state;

    /// <summary>Writes networks and optimizers into a checkpoint's folder.</summary>
    void Save(string folder);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    void Load(string folder);

    /// <summary>Writes the model as a Hugging Face folder.</summary>
    void SaveModel(string folder);
}
