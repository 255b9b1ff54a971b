import Files
import Torch

/// Weights of a network that measures read: the tensors that the split `weights` of
/// `datasets/<name>.yaml` describes.
public struct StoredWeights: Sendable {
  /// The split's name.
  public static let split = "weights"

  public let name: String
  /// Why they cannot be used as they are here, and how they are had; nil where nothing is known to be
  /// wrong.
  public let missing: DataError?
  private let manifest: DatasetManifest?
  private let tensors: [String: StoredTensor]
  private let paths: [String: String]

  /// Looks for the files.
  ///
  /// - Parameter beside: the manifest's directory.
  public init(_ manifest: DatasetManifest, in places: DataPlaces, beside: String) {
    name = manifest.name
    self.manifest = manifest
    let forms = manifest.layouts.compactMap { layout -> StoredForm? in
      layout.splits[Self.split].map { tensors in
        let files = Set(tensors.values.flatMap(\.allFiles)).sorted()
        let found = files.map {
          places.find(manifest.file(named: $0), of: manifest, beside: beside)
        }
        return StoredForm(tensors: tensors, files: files, found: found)
      }
    }
    guard let form = forms.first(where: { $0.missing.isEmpty }) ?? forms.first else {
      missing = .notWeights(dataset: manifest.name)
      (tensors, paths) = ([:], [:])
      return
    }
    tensors = form.tensors
    paths = form.paths
    missing =
      form.missing.isEmpty
      ? nil
      : .missing(
        dataset: manifest.name, files: form.missing,
        remedy: form.missing.allSatisfy { !manifest.file(named: $0).mirrors.isEmpty }
          ? .fetch(all: false) : .manual(manifest.howToGet))
  }

  /// A set that nothing is said of.
  public init(undescribed name: String) {
    self.name = name
    manifest = nil
    missing = .undescribed(dataset: name)
    (tensors, paths) = ([:], [:])
  }

  /// One of the forms in which the weights may be here.
  private struct StoredForm {
    let tensors: [String: StoredTensor]
    let files: [String]
    let found: [String?]

    var missing: [String] { zip(files, found).filter { $1 == nil }.map(\.0) }

    var paths: [String: String] {
      zip(files, found).reduce(into: [:]) { paths, file in paths[file.0] = file.1 }
    }
  }

  /// Checks the files, where they are here.
  ///
  /// - Throws: `DataError`.
  public func check() throws {
    guard missing == nil, let manifest else { return }
    for (name, path) in paths.sorted(by: { $0.key < $1.key }) {
      try manifest.file(named: name).check(at: path, of: manifest.name)
    }
    // A file without a checksum may be anything: the only way to know is to read it.
    if paths.keys.contains(where: { manifest.file(named: $0).sha256 == nil }) { _ = try load() }
  }

  /// The tensors by the names that the manifest gives them.
  ///
  /// - Throws: `DataError`.
  public func load() throws -> [String: Tensor] {
    if let missing { throw missing }
    return try Dictionary(
      uniqueKeysWithValues: tensors.map { name, tensor in
        let array = try StoredArray(tensor, of: paths, in: self.name) { path throws(DataError) in
          try StoredArray.read(tensor, at: path, in: self.name)
        }
        return (name, array.tensor)
      })
  }
}
