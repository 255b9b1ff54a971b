import LibTorchShim

/// Element type of a tensor.
public enum ElementType: String, Codable, Sendable {
  case float32, float64, int64
  /// Bytes, for stored images; arithmetic wants ``Tensor/to(_:)-(ElementType)`` first.
  case uint8

  var shim: PLType {
    switch self {
    case .float32: PLFloat32
    case .float64: PLFloat64
    case .int64: PLInt64
    case .uint8: PLUInt8
    }
  }

  init(_ type: PLType) {
    switch type {
    case PLFloat64: self = .float64
    case PLInt64: self = .int64
    case PLUInt8: self = .uint8
    default: self = .float32
    }
  }
}

/// An n-dimensional array of libtorch's, with value-like operations.
///
/// Operations do not throw, so that models read like equations. The first operation that fails is
/// held by the thread; the operations after it pass an empty tensor through, and the surrounding
/// ``checked(_:_:)`` throws what was held.
public final class Tensor {
  let handle: OpaquePointer?

  /// Takes over a handle of the shim; nil stands for the result of a failed operation.
  init(_ handle: OpaquePointer?) {
    self.handle = handle
  }

  deinit {
    pl_free(handle)
  }

  /// Extent of each axis; empty for a scalar.
  public var shape: [Int] {
    var extents = [Int64](repeating: 0, count: Int(pl_rank(handle)))
    pl_shape(handle, &extents)
    return extents.map(Int.init)
  }

  /// Extent of one axis, counted from the end where it is negative; 0 where there is no such axis, as after
  /// an operation that failed.
  public func extent(_ axis: Int) -> Int {
    let shape = shape
    let place = axis < 0 ? shape.count + axis : axis
    return shape.indices.contains(place) ? shape[place] : 0
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Element type.
  public var type: ElementType { ElementType(pl_type(handle)) }

  /// Device that holds the elements.
  public var device: Device {
    let index = pl_device(handle)
    return index < 0 ? .cpu : .cuda(Int(index))
  }
}

// MARK: From and to Swift's numbers

extension Tensor {
  /// Float tensor of the given values, row by row.
  public convenience init(_ values: [Float], shape: [Int]) {
    self.init(copying: values, shape, .float32)
  }

  /// Double tensor of the given values, row by row.
  public convenience init(_ values: [Double], shape: [Int]) {
    self.init(copying: values, shape, .float64)
  }

  /// Integer tensor of the given values, row by row: indices or labels.
  public convenience init(_ values: [Int64], shape: [Int]) {
    self.init(copying: values, shape, .int64)
  }

  /// Byte tensor of the given values, row by row: stored images.
  public convenience init(_ values: [UInt8], shape: [Int]) {
    self.init(copying: values, shape, .uint8)
  }

  /// Byte tensor of the given values, row by row, which are not copied but kept: data sets of gigabytes.
  /// Nothing may write into it.
  public convenience init(keeping values: [UInt8], shape: [Int]) {
    guard values.count == shape.reduce(1, *) else {
      pl_failure_set("tensor of shape \(shape): \(values.count) values given")
      self.init(nil)
      return
    }
    // The array's storage stays where it is for as long as the array is kept and not written to.
    let owner = Unmanaged.passRetained(Kept(values: values))
    self.init(
      owner.takeUnretainedValue().values.withUnsafeBytes {
        pl_from_owned_data(
          $0.baseAddress, shape.map(Int64.init), Int32(shape.count), ElementType.uint8.shim,
          owner.toOpaque(),
          { owner in
            if let owner { Unmanaged<Kept>.fromOpaque(owner).release() }
          })
      })
  }

  private final class Kept {
    let values: [UInt8]

    init(values: [UInt8]) { self.values = values }
  }

  private convenience init<Value>(copying values: [Value], _ shape: [Int], _ type: ElementType) {
    guard values.count == shape.reduce(1, *) else {
      pl_failure_set("tensor of shape \(shape): \(values.count) values given")
      self.init(nil)
      return
    }
    self.init(
      values.withUnsafeBytes {
        pl_from_data($0.baseAddress, shape.map(Int64.init), Int32(shape.count), type.shim)
      })
  }

  /// Tensor with every element equal to `value`.
  public static func full(
    _ value: Double, _ shape: [Int], type: ElementType = .float32, device: Device = .cpu
  ) -> Tensor {
    Tensor(pl_full(value, shape.map(Int64.init), Int32(shape.count), type.shim, device.index))
  }

  /// Tensor of zeros.
  public static func zeros(
    _ shape: [Int], type: ElementType = .float32, device: Device = .cpu
  ) -> Tensor {
    full(0, shape, type: type, device: device)
  }

  /// All elements, row by row, as `Float`.
  public func floats() -> [Float] { copied(.float32, zero: 0) }

  /// All elements, row by row, as `Double`.
  public func doubles() -> [Double] { copied(.float64, zero: 0) }

  /// All elements, row by row, as whole numbers.
  public func integers() -> [Int64] { copied(.int64, zero: 0) }

  /// The only element of a scalar tensor.
  public func item() -> Double { doubles().first ?? .nan }

  private func copied<Value>(_ type: ElementType, zero: Value) -> [Value] {
    guard handle != nil else { return [] }
    var values = [Value](repeating: zero, count: count)
    values.withUnsafeMutableBytes {
      pl_copy_out(handle, $0.baseAddress, Int64(count), type.shim)
    }
    return values
  }

  /// Overwrites the elements with those of a tensor of the same shape.
  public func assign(_ source: Tensor) {
    pl_assign(handle, source.handle)
  }

  /// The tensor on another device; itself where it is there already.
  public func to(_ device: Device) -> Tensor { Tensor(pl_to_device(handle, device.index)) }

  /// The tensor with another element type; itself where it has it already.
  public func to(_ type: ElementType) -> Tensor { Tensor(pl_to_type(handle, type.shim)) }
}
