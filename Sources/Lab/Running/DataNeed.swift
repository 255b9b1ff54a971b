import Datasets
import Foundation
import Modelling

/// A tensor that a measure or a computation reads of the data of a run.
public struct DataNeed: Sendable {
  /// `train`, `validation` or `test`.
  public let split: String
  public let tensor: String
  /// Shape of one example; any where it is nil.
  public let shape: [Int]?
  /// Whether an example must be a picture, `[channels, height, width]`.
  public let isPicture: Bool
  /// The values that can be used; all where it is nil.
  public let range: ClosedRange<Double>?
  /// Whether the values must be whole numbers.
  public let isWhole: Bool

  public init(
    split: String, tensor: String, shape: [Int]? = nil, isPicture: Bool = false,
    range: ClosedRange<Double>? = nil, isWhole: Bool = false
  ) {
    self.split = split
    self.tensor = tensor
    self.shape = shape
    self.isPicture = isPicture
    self.range = range
    self.isWhole = isWhole
  }

  /// What the data lack, judged by the shapes of their splits, or nil.
  func problem(in splits: [String: ExampleShapes]) -> String? {
    guard let tensors = splits[split] else {
      return "needs data with a split named '\(split)', which this data set has not"
    }
    guard let found = tensors[tensor] else {
      return "needs a tensor named '\(tensor)' in the split '\(split)', which this data set has not"
    }
    if isPicture, found.count != 3 {
      return "needs pictures, [channels, height, width], as '\(tensor)', and this data set has "
        + "examples of shape \(found)"
    }
    guard let shape, shape != found else { return nil }
    let wanted = shape.isEmpty ? "one number an example" : "examples of shape \(shape)"
    return "needs \(wanted) of '\(tensor)', and this data set has examples of shape \(found)"
  }
}

extension RunTemplate {
  /// Checks the values of the data that were loaded against what the model and the measures can take.
  ///
  /// - Throws: `DataError.unusable`, or `ManifestError` for a measure that is not known.
  func check(_ data: Dataset, kinds: Kinds) throws {
    var splits = data.others
    splits["train"] = data.train
    for (name, split) in splits.sorted(by: { $0.key < $1.key }) {
      for tensor in split.names {
        try check(
          tensor, of: split, name, "the model \(type(of: model).name)",
          range: model.range(of: tensor))
      }
    }
    for id in measures + (recording.measures?.ids ?? []) {
      for need in try kinds.measure(id, origin: .commandLine(id)).needs {
        guard let split = splits[need.split] else { continue }
        if need.isWhole, !split.isWhole(need.tensor) {
          throw DataError.unusable(
            dataset: dataset.name,
            reason:
              "\(id) needs whole numbers in '\(need.tensor)' of the split '\(need.split)': say "
              + "'as: integers' in the manifest of the data set, or correct the values")
        }
        try check(need.tensor, of: split, need.split, id, range: need.range)
      }
    }
  }

  private func check(
    _ tensor: String, of split: Split, _ name: String, _ who: String, range: ClosedRange<Double>?
  ) throws {
    guard let range, let found = split.bounds(of: tensor),
      !range.contains(found.lowerBound)
        || !range.contains(found.upperBound)
    else { return }
    func words(_ range: ClosedRange<Double>) -> String {
      String(format: "from %g to %g", range.lowerBound, range.upperBound)
    }
    throw DataError.unusable(
      dataset: dataset.name,
      reason: "\(who) needs '\(tensor)' \(words(range)), and in the split '\(name)' it is "
        + "\(words(found)): correct the values, or how the manifest of the data set reads them "
        + "('scale', 'relabel')")
  }
}
