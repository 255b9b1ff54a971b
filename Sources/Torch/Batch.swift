import LibTorchShim

/// A mini-batch: named tensors whose first axis runs over the same examples.
///
/// Names are the data set's: `image`, `angle`, `labels/smiling`; a mask is a tensor like any other
/// (`observed`).
public struct Batch {
  /// Number of examples.
  public let count: Int
  private let tensors: [String: Tensor]

  public init(_ tensors: [String: Tensor]) {
    self.tensors = tensors
    count = tensors.values.first?.extent(0) ?? 0
  }

  /// Names of the tensors, sorted.
  public var names: [String] { tensors.keys.sorted() }

  /// The tensor of that name, or nil where the data set has none.
  public subscript(name: String) -> Tensor? { tensors[name] }

  /// The tensor of that name, for an operation that fails where there is none.
  public func tensor(_ name: String) -> Tensor {
    if tensors[name] == nil {
      pl_failure_set("the examples have no tensor '\(name)', only \(names.joined(separator: ", "))")
    }
    return tensors[name] ?? .zeros([])
  }

  /// The batch on another device.
  public func to(_ device: Device) -> Batch {
    Batch(tensors.mapValues { $0.to(device) })
  }

  /// The examples named by an integer tensor.
  public func rows(_ indices: Tensor) -> Batch {
    Batch(tensors.mapValues { $0.rows(indices.to($0.device)) })
  }

  /// Consecutive examples, sharing memory.
  public func rows(_ range: Range<Int>) -> Batch {
    Batch(tensors.mapValues { $0.narrowed(0, range) })
  }
}
