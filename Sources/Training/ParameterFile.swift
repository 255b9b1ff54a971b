import Files
import Foundation
import Modelling
import Torch

/// Parameters on disk: an HDF5 file with one dataset a parameter, at `parameters/<path>`, and one a
/// tensor of state that is not trained, at `state/<path>`.
public enum ParameterFile {
  /// Writes all parameters of a model as a new file, with a checksum of their values.
  public static func write(_ parameters: ParameterStore, to path: String) throws {
    let file = try HDF5File(creating: path)
    try write(parameters, into: file)
    let values = named(parameters).map { ($0.name, $0.parameter.value) }
    try file.setAttribute(checksumName, to: checksum(of: values))
    try file.close()
  }

  /// Overwrites the values of a model's parameters with those of a file.
  ///
  /// - Throws: `HDF5Error`, also where the values do not match their checksum.
  public static func read(_ path: String, into parameters: ParameterStore) throws {
    let file = try HDF5File(reading: path)
    try read(from: file, into: parameters)
    try file.close()
  }

  public static func write(_ parameters: ParameterStore, into file: HDF5File) throws {
    for (name, parameter) in named(parameters) {
      try write(parameter.value, at: name, into: file)
    }
  }

  static func read(from file: HDF5File, into parameters: ParameterStore) throws {
    // All are read and held against the model before the first is overwritten.
    let named = named(parameters)
    let values = try named.map { name, parameter in
      let tensor = try tensor(at: name, in: file, like: parameter.value)
      guard tensor.shape == parameter.value.shape else {
        throw ParameterFileError.wrongShape(
          parameter.path, found: tensor.shape, expected: parameter.value.shape)
      }
      return tensor
    }
    if let stored = try storedChecksum(of: file),
      stored != checksum(of: zip(named, values).map { ($0.name, $1) })
    {
      throw HDF5Error.damaged(
        path: file.path, reason: "its parameters do not match their checksum")
    }
    try checked("reading parameters") {
      for ((_, parameter), value) in zip(named, values) { parameter.value.assign(value) }
    }
  }

  private static let checksumName = "sha256"

  /// Nil in checkpoints, whose notes have one, and in files of earlier versions.
  private static func storedChecksum(of file: HDF5File) throws -> String? {
    do {
      return try file.attribute(checksumName, as: String.self)
    } catch HDF5Error.missing {
      return nil
    }
  }

  /// HDF5 itself would only have one of what describes the values.
  private static func checksum(of values: [(String, Tensor)]) -> String {
    let sums = values.map { name, tensor in "\(name) \(SHA256.hex(of: bytes(of: tensor)))" }
    return SHA256.hex(of: sums.joined(separator: "\n"))
  }

  private static func bytes(of tensor: Tensor) -> Data {
    func data<Value>(_ values: [Value]) -> Data { values.withUnsafeBytes { Data($0) } }
    return switch tensor.type {
    case .float32: data(tensor.floats())
    case .float64: data(tensor.doubles())
    case .int64, .uint8: data(tensor.integers())
    }
  }

  /// Each parameter and each state with its name in files.
  static func named(_ store: ParameterStore) -> [(name: String, parameter: Parameter)] {
    store.all.map { ("parameters/" + $0.path, $0) } + store.states.map { ("state/" + $0.path, $0) }
  }

  public static func write(_ tensor: Tensor, at name: String, into file: HDF5File) throws {
    switch tensor.type {
    case .float32: try file.write(tensor.floats(), shape: tensor.shape, at: name)
    case .float64: try file.write(tensor.doubles(), shape: tensor.shape, at: name)
    case .int64, .uint8: try file.write(tensor.integers(), shape: tensor.shape, at: name)
    }
  }

  static func tensor(at name: String, in file: HDF5File, like: Tensor) throws -> Tensor {
    try checked("reading \(name)") {
      let shape = try file.shape(at: name)
      let tensor =
        switch like.type {
        case .float32: Tensor(try file.read(Float.self, at: name).values, shape: shape)
        case .float64: Tensor(try file.read(Double.self, at: name).values, shape: shape)
        case .int64, .uint8:
          Tensor(try file.read(Int64.self, at: name).values, shape: shape).to(like.type)
        }
      return tensor.to(like.device)
    }
  }
}

/// What does not fit between a file of parameters and a model.
enum ParameterFileError: Error, CustomStringConvertible {
  case wrongShape(String, found: [Int], expected: [Int])

  var description: String {
    switch self {
    case .wrongShape(let path, let found, let expected):
      "the parameter \(path) has shape \(found) in the file and \(expected) in the model: the file is "
        + "of another model"
    }
  }
}
