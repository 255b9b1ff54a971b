import OrderedCollections

/// An array for `result.h5`: values row by row, their shape, and the name below the run's group.
public struct ResultArray: Sendable {
  /// The values as the file keeps them.
  public enum Content: Sendable, Equatable {
    case numbers([Double])
    /// Pixels, from 0 to 255.
    case bytes([UInt8])
    case texts([String])
  }

  /// Its place below the run's group of `result.h5`: `codes/mean`.
  public let name: String
  /// Row by row.
  public let content: Content
  public let shape: [Int]

  /// An array of numbers.
  public init(_ name: String, _ values: [Double], shape: [Int]) {
    self.name = name
    content = .numbers(values)
    self.shape = shape
  }

  /// Pixels, `[…, channels, height, width]`.
  public init(_ name: String, pixels: [UInt8], shape: [Int]) {
    self.name = name
    content = .bytes(pixels)
    self.shape = shape
  }

  /// Names, `[n]`.
  public init(_ name: String, texts: [String]) {
    self.name = name
    content = .texts(texts)
    shape = [texts.count]
  }

  /// The values as numbers; none of names.
  public var values: [Double] {
    switch content {
    case .numbers(let values): values
    case .bytes(let values): values.map(Double.init)
    case .texts: []
    }
  }
}

extension String {
  /// The name of an array with `*` for each number in it: `samples/facet-*/images`.
  var withoutNumbers: String {
    replacing(/[0-9]+/, with: "*")
  }
}

/// Which trained parameters a computation needs, the fewest first.
public enum ParametersNeeded: Comparable, Sendable {
  /// None: curves and events are enough.
  case none
  /// Those at the end of training.
  case final
  /// Those at every snapshot that the study keeps, and at the end.
  case snapshots
}

/// Arrays computed of a finished run for a figure, as a manifest names them under `compute`.
public protocol Computation: Decodable, Sendable {
  /// Its name in manifests.
  static var name: String { get }

  var parametersNeeded: ParametersNeeded { get }

  /// What is impossible about the settings, or nil.
  var problem: String? { get }

  /// What it asks of the model, checked before anything is trained.
  var abilities: [ModelAbility] { get }

  /// Tensors that it reads of the data, checked likewise.
  var needs: [DataNeed] { get }

  /// Curves that it reads by name.
  var curves: [String] { get }

  /// Names of the arrays that it can make, with `*` for each number in them.
  var arrays: [String] { get }

  /// The arrays of a run.
  ///
  /// - Parameter snapshots: the steps of which the run's parameters were kept; `visit` loads them in turn.
  func compute(_ run: MeasuredRun, _ snapshots: Snapshots) throws -> [ResultArray]
}

extension Computation {
  public var problem: String? { nil }
  public var abilities: [ModelAbility] { [] }
  public var needs: [DataNeed] { [] }
  public var curves: [String] { [] }
}

/// Arrays computed of nothing but their settings, such as a formula's values, which a manifest names under
/// `compute` too.
public protocol StandaloneComputation: Decodable, Sendable {
  /// Its name in manifests.
  static var name: String { get }

  /// What is impossible about the settings, or nil.
  var problem: String? { get }

  /// Names of the arrays that it makes, with `*` for each number in them.
  var arrays: [String] { get }

  func compute() throws -> [ResultArray]
}

/// The states of a run's model that were kept.
public struct Snapshots {
  /// Training steps of the snapshots, ascending; the last is the end of training.
  public let steps: [Int]
  private let load: (Int) throws -> Void

  init(steps: [Int], load: @escaping (Int) throws -> Void) {
    self.steps = steps
    self.load = load
  }

  /// Calls `body` once for each snapshot, with the run's model set to it, and leaves the model as it
  /// was at the end of training.
  func visit(_ body: (Int) throws -> Void) throws {
    for step in steps {
      try load(step)
      try body(step)
    }
  }
}
