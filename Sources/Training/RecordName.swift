/// Names of the curves and events that training records; a model's loss terms and statistics are the rest.
public enum RecordName {
  /// Of a loss term: its value, its weight, and its mean over the validation split.
  public static func loss(_ term: String) -> String { "loss/" + term }
  public static func weight(_ term: String) -> String { "weight/" + term }
  public static func validation(_ term: String) -> String { "validation/" + term }
  /// What early stopping goes by.
  public static let validationSum = "validation/sum"
  /// Of a statistic: its value, and the running mean of a weight's controller.
  public static func statistic(_ name: String) -> String { "statistic/" + name }
  public static func average(_ name: String) -> String { "average/" + name }
  /// The step at which the controller of a term's weight first met its constraint.
  public static func constraintFirstMet(_ term: String) -> String {
    "constraint-first-met/" + term
  }
  /// The step of the best parameters on the validation split, and the one at which a phase was stopped.
  public static let bestValidation = "best-validation"
  public static let stopped = "stopped"
}
