import OrderedCollections
import Torch

/// A trained tensor and its stable path (`encoder/0/weight`), which also names it in checkpoints.
public final class Parameter {
  public let path: String
  public let value: Tensor

  init(path: String, value: Tensor) {
    self.path = path
    self.value = value
  }
}

/// The parameters of one model, in the order of their making.
public final class ParameterStore {
  private var parameters: OrderedDictionary<String, Parameter> = [:]
  private var kept: OrderedDictionary<String, Parameter> = [:]
  private let randomness: Randomness
  private let type: ElementType
  private let device: Device

  /// A zero of the parameters' type, where they are: what noise is drawn like.
  public var zero: Tensor { .zeros([], type: type, device: device) }

  /// An empty store.
  ///
  /// - Parameters:
  ///   - randomness: the run's; each parameter has a stream of its own, named by its path, so that a
  ///     layer's start does not depend on what was made before it.
  ///   - type: `float32`; `float64` for gradient checks.
  public init(_ randomness: Randomness, type: ElementType = .float32, device: Device = .cpu) {
    self.randomness = randomness
    self.type = type
    self.device = device
  }

  /// All parameters.
  public var all: [Parameter] { Array(parameters.values) }

  /// Tensors that belong to the model's state and are not trained by gradient, such as the running
  /// statistics of batch normalisation.
  public var states: [Parameter] { Array(kept.values) }

  /// The parameter at a path.
  public subscript(path: String) -> Parameter? { parameters[path] }

  /// Number of trained numbers.
  public var count: Int { parameters.values.reduce(0) { $0 + $1.value.count } }

  /// The place below which a model registers its parameters.
  public var root: ParameterScope { ParameterScope(store: self, path: "") }

  func make(_ path: String, _ start: (RandomStream, ElementType) -> Tensor) -> Tensor {
    precondition(parameters[path] == nil, "two parameters at \(path)")
    let value = start(randomness.stream("initialise/" + path), type).to(device).leaf()
    parameters[path] = Parameter(path: path, value: value)
    return value
  }

  func keep(_ path: String, _ start: (ElementType) -> Tensor) -> Tensor {
    precondition(kept[path] == nil, "two states at \(path)")
    let value = start(type).to(device)
    kept[path] = Parameter(path: path, value: value)
    return value
  }
}

/// A place in a store: `scope / "encoder" / "mean"`.
public struct ParameterScope {
  let store: ParameterStore
  let path: String

  /// The scope of that name below this one.
  public static func / (scope: ParameterScope, name: String) -> ParameterScope {
    ParameterScope(store: scope.store, path: scope.path.isEmpty ? name : "\(scope.path)/\(name)")
  }

  /// Registers the parameter at this place.
  public func parameter(_ start: (RandomStream, ElementType) -> Tensor) -> Tensor {
    store.make(path, start)
  }

  /// Registers state at this place that is not trained by gradient.
  public func state(_ start: (ElementType) -> Tensor) -> Tensor {
    store.keep(path, start)
  }
}
