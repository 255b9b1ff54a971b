import Foundation

@testable import Datasets

/// A directory of data files that is removed with it.
final class StoredFolder {
  let root: String

  init() throws {
    root = NSTemporaryDirectory() + "priorlab-data-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)
  }

  var places: DataPlaces { DataPlaces(directories: [root], cache: root + "/cache") }

  /// Writes bytes, making folders.
  @discardableResult
  func write(_ bytes: some Collection<UInt8>, to name: String) throws -> String {
    let url = URL(fileURLWithPath: "\(root)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  /// Writes an IDX file of bytes.
  @discardableResult
  func write(_ bytes: [UInt8], shape: [Int], to name: String) throws -> String {
    try write(idx(bytes, shape: shape), to: name)
  }

  /// The data set that a manifest in JSON describes.
  func dataset(_ json: String, _ options: StoredOptions = StoredOptions()) throws -> StoredDataset {
    let manifest = try JSONDecoder().decode(DatasetManifest.self, from: Data(json.utf8))
    if let problem = manifest.problem { throw Wrong(what: "\(problem)") }
    return try StoredDataset(manifest, options, in: places, beside: root + "/manifests")
  }

  struct Wrong: Error {
    let what: String
  }
}

/// A file of bytes in the format of MNIST.
func idx(_ bytes: [UInt8], shape: [Int]) -> [UInt8] {
  let lengths = shape.flatMap { length in (0..<4).map { UInt8(length >> (24 - 8 * $0) & 255) } }
  return [0, 0, 8, UInt8(shape.count)] + lengths + bytes
}

/// The error of `body` in words, or what it gave instead.
func words<Value>(_ body: () throws -> Value) -> String {
  do {
    return "no error: \(try body())"
  } catch {
    return "\(error)"
  }
}
