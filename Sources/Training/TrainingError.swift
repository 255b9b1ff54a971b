import Modelling

/// What ends a run's training before its time.
public enum TrainingError: Error, CustomStringConvertible {
  case notFinite(term: String, step: Int)
  case missingStatistic(String)
  case noStart(StartKind)
  case noValidation
  case clustering(ClusteringError)

  public var description: String {
    switch self {
    case .notFinite(let term, let step):
      "\(term) is not a finite number at step \(step): the run has diverged; try another seed or a "
        + "smaller learning rate"
    case .missingStatistic(let name):
      "a weight schedule reads the statistic '\(name)', which the model does not give: name a "
        + "statistic or a loss term that the phase's objective has"
    case .noStart(let kind):
      "the model has no start '\(kind.rawValue)': take it out of the phase's 'start'"
    case .noValidation:
      "early stopping needs data with a split named '\(EarlyStopping.split)', which this data set has "
        + "not: hold examples out for it, or leave out 'early-stopping'"
    case .clustering(let error): "the start '\(StartKind.mixtureMeans.rawValue)': \(error)"
    }
  }
}
