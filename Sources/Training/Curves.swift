import Foundation

/// Values recorded along training: for each name a value at each recorded step.
public struct Curves: Codable, Equatable, Sendable {
  /// Optimiser steps done when each value was taken, counted over the whole run.
  public private(set) var steps: [Int] = []
  /// Values by name: `loss/rate`, `statistic/squared-error`, `average/squared-error`, `weight/rate`,
  /// `measure/accuracy.majority`.
  public private(set) var values: [String: [Double]] = [:]

  public init() {}

  /// Takes values of one step, the last one or a later one; where a name has none, it is NaN.
  public mutating func record(_ step: Int, _ current: [String: Double]) {
    if steps.last != step {
      steps.append(step)
      for name in values.keys { values[name]?.append(.nan) }
    }
    for (name, value) in current {
      values[name, default: Array(repeating: .nan, count: steps.count)][steps.count - 1] = value
    }
  }

  /// At most `count` of the recorded steps: half of them evenly apart, half by equal ratios, the first and
  /// the last step among them.
  ///
  /// A curve may have values at some steps only, such as those at the ends of epochs. Where these are at
  /// most `whole`, all of them are kept, too; where they are more, and hardly any is among the chosen
  /// steps, at most `count` / 4 of them.
  public func thinned(to count: Int, whole: Int = 0) -> Curves {
    guard steps.count > count, count > 1 else { return self }
    let even = Self.spread(steps.count, count)
    var chosen = even
    // A curve of every epoch, say, among those of every hundredth step.
    for column in values.values {
      let own = column.indices.filter { !column[$0].isNaN }
      if own.count <= whole, own.count < steps.count {
        chosen.formUnion(own)
        continue
      }
      let few = count / 4
      let met = own.count(where: even.contains)
      guard few > 1, met < min(own.count, few) else { continue }
      chosen.formUnion(own.count > few ? Self.spread(own.count, few).map { own[$0] } : own)
    }
    let kept = chosen.sorted()
    var result = Curves()
    result.steps = kept.map { steps[$0] }
    result.values = values.mapValues { column in kept.map { column[$0] } }
    return result
  }

  /// At most `count` of the numbers below `places`: half of them evenly apart, half by equal ratios, for
  /// the start of training and logarithmic axes.
  private static func spread(_ places: Int, _ count: Int) -> Set<Int> {
    let last = Double(places - 1)
    let half = Double(max(count / 2 - 1, 1))
    return Set(
      (0..<count / 2).flatMap { index in
        let part = Double(index) / half
        return [Int((part * last).rounded()), Int((pow(last + 1, part) - 1).rounded())]
      } + [places - 1])
  }

  /// The values cut to float32's precision, which is what most of them had when they were taken; one
  /// out of float32's range stays as it is.
  public func rounded() -> Curves {
    func rounded(_ value: Double) -> Double {
      Float(value).isNormal ? Double("\(Float(value))") ?? value : value
    }
    return Curves(steps: steps, values: values.mapValues { $0.map(rounded) })
  }

  /// Whether steps go up from 0 and every name has a value at each, as those of a file may not.
  public var isConsistent: Bool {
    steps.first.map { 0...Duration.limit ~= $0 } ?? true
      && zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 } && steps.last ?? 0 <= Duration.limit
      && values.values.allSatisfy { $0.count == steps.count }
  }

  /// Curves from their parts, as read from a file.
  public init(steps: [Int], values: [String: [Double]]) {
    self.steps = steps
    self.values = values
  }
}
