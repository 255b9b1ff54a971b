import Datasets
import Files
import Foundation
import Synchronization

/// The stored data sets that a directory describes (`datasets/<name>.yaml`), by name.
public final class DatasetLibrary: Sendable {
  /// The directory.
  public let root: String
  /// Where their files are looked for.
  public let places: DataPlaces
  /// Names of the data sets, sorted.
  public let names: [String]

  private let read = Mutex<[String: DatasetManifest]>([:])
  private let problem: DataError?

  /// Lists the data sets; each is read when it is asked for.
  public init(root: String, places: DataPlaces) {
    self.root = root
    self.places = places
    var files: [String] = []
    var problem: DataError?
    do {
      files = try Disk.names(in: root)
    } catch {
      problem = (error as? FileError).map { .unlisted($0) }
    }
    self.problem = problem
    names = files.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
      .map { String($0.dropLast(".yaml".count)) }.sorted()
  }

  /// Throws where the directory could not be listed: no data set of it is known then.
  public func checkWasListed() throws {
    if let problem { throw problem }
  }

  /// What the directory says of a data set.
  ///
  /// - Throws: `ManifestError` or `LibraryError`.
  public func manifest(_ name: String) throws -> DatasetManifest {
    if let manifest = read.withLock({ $0[name] }) { return manifest }
    let file = "\(root)/\(name).yaml"
    let node = try ConfigNode(yaml: try ManifestLibrary.text(of: file), file: file)
    let manifest = try StrictDecoder().decode(DatasetManifest.self, from: node)
    if manifest.name != name {
      throw ManifestError(
        origin: node["dataset"]?.origin ?? node.origin, path: "dataset",
        .impossible("the file of '\(manifest.name)' must be named \(manifest.name).yaml"))
    }
    if let (path, message) = manifest.problem {
      var place = node
      for key in path { place = place[key] ?? Int(key).flatMap { place.items?[$0] } ?? place }
      throw ManifestError(
        origin: place.origin, path: path.joined(separator: "."), .impossible(message))
    }
    read.withLock { $0[name] = manifest }
    return manifest
  }

  /// What the directory says of a data set that a command names.
  ///
  /// - Throws: as `manifest` does.
  public func known(_ name: String) throws -> DatasetManifest {
    guard names.contains(name) else {
      throw LibraryError.noDataset(name, near: nearest(name, among: names), root: root)
    }
    return try manifest(name)
  }

  /// The data set as a study uses it.
  func dataset(_ name: String, _ options: StoredOptions) throws -> StoredDataset {
    try StoredDataset(try manifest(name), options, in: places, beside: root)
  }

  /// The weights that the directory describes under a name.
  func weights(_ name: String) throws -> StoredWeights {
    guard names.contains(name) else { return StoredWeights(undescribed: name) }
    return StoredWeights(try manifest(name), in: places, beside: root)
  }

  /// Whether the files that studies use by default are here.
  public func isHere(_ name: String) -> Bool {
    guard let manifest = try? manifest(name), manifest.notYet == nil else { return false }
    return manifest.state(in: places, beside: root).isHere
  }
}
