import Files
import Foundation

/// Fetches the files of data sets into the cache.
///
/// A file arrives as `<name>.part`, and gets its name when it is whole and what it should be. What an
/// earlier attempt has left is gone on with, where a checksum tells whether the parts go together. A file
/// without one must at least be of the format and the shape that the manifest says.
public struct Fetcher {
  /// What is told along the way.
  public enum Event: Sendable {
    /// The file is here already, at this path.
    case found(file: String, path: String)
    case progress(file: String, received: Int, of: Int?)
    /// A mirror did not give the file; the next one is tried.
    case refused(reason: String)
    /// Without `isVerified`, no checksum says that it is what it should be.
    case fetched(file: String, path: String, sha256: String, isVerified: Bool)
  }

  private let places: DataPlaces
  /// The directory of the manifests.
  private let root: String
  /// Seconds without a byte after which a connection is given up.
  private let patience: Int
  private let shouldStop: () -> Bool
  private let report: (Event) -> Void

  public init(
    places: DataPlaces, root: String, patience: Int = 30, shouldStop: @escaping () -> Bool,
    report: @escaping (Event) -> Void
  ) {
    self.places = places
    self.root = root
    self.patience = patience
    self.shouldStop = shouldStop
    self.report = report
  }

  /// Fetches what is missing of a data set.
  ///
  /// - Throws: `FetchError`, or `DataError` for a file outside the cache that is not what it should be.
  public func fetch(_ files: [StoredFile], of manifest: DatasetManifest) throws {
    let directory = "\(places.cache)/\(manifest.name)"
    var missing: [StoredFile] = []
    for file in files {
      guard let path = places.find(file, of: manifest, beside: root) else {
        missing.append(file)
        continue
      }
      do {
        try file.check(at: path, of: manifest.name)
        report(.found(file: file.name, path: path))
      } catch let error as DataError {
        // One of ours is replaced; another's is left to them.
        guard path == places.cached(file.name, of: manifest.name) else { throw error }
        missing.append(file)
      }
    }
    if missing.isEmpty { return }
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw FetchError.cannotWrite(path: directory, reason: error.localizedDescription)
    }
    guard let lock = try FileLock(tryLocking: directory + "/.lock") else {
      throw FetchError.busy(dataset: manifest.name)
    }
    defer { lock.release() }
    for file in missing { try fetch(file, of: manifest) }
  }

  private func fetch(_ file: StoredFile, of manifest: DatasetManifest) throws {
    if file.mirrors.isEmpty {
      throw FetchError.byHand(
        dataset: manifest.name, file: file.name, howToGet: manifest.howToGet)
    }
    let path = places.cached(file.name, of: manifest.name)
    let part = path + ".part"
    var reasons: [String] = []
    for mirror in file.mirrors {
      do {
        // Bytes of another mirror may be of another file.
        if file.sha256 == nil { Self.remove(part) }
        try fetch(file, from: mirror, to: part, of: manifest)
        try finish(part, path)
        report(
          .fetched(
            file: file.name, path: path, sha256: try Checksums.sha256(of: path),
            isVerified: file.sha256 != nil))
        return
      } catch let refusal as Refusal {
        reasons.append("\(mirror): \(refusal.reason)")
        report(.refused(reason: "\(mirror): \(refusal.reason)"))
      }
    }
    throw FetchError.noMirror(dataset: manifest.name, file: file.name, reasons: reasons)
  }

  /// Why a mirror is given up.
  private struct Refusal: Error {
    let reason: String
  }

  /// Brings the whole file into `part`, going on where an earlier attempt was cut off.
  private func fetch(
    _ file: StoredFile, from mirror: String, to part: String, of manifest: DatasetManifest
  ) throws {
    let download = Download(
      address: mirror, part: part, limit: file.bytes, patience: patience)
    var idleAttempts = 0
    var mayStartAgain = true
    while true {
      let before = DataPlaces.size(of: part) ?? 0
      if let bytes = file.bytes, before > bytes { Self.remove(part) }
      if before == 0 || before != file.bytes {
        let outcome = try download.run(shouldStop: shouldStop) {
          report(.progress(file: file.name, received: $0, of: file.bytes))
        }
        switch outcome {
        case .complete: break
        case .noProgram: throw FetchError.noProgram(dataset: manifest.name)
        case .stopped: throw FetchError.stopped(file: file.name)
        case .cannotWrite(let reason): throw FetchError.cannotWrite(path: part, reason: reason)
        case .refused(let reason): throw Refusal(reason: reason)
        case .cannotResume(let reason):
          Self.remove(part)
          guard mayStartAgain else { throw Refusal(reason: reason) }
          mayStartAgain = false
          continue
        case .cutOff(let reason):
          idleAttempts = (DataPlaces.size(of: part) ?? 0) > before ? 0 : idleAttempts + 1
          if idleAttempts >= 3 { throw Refusal(reason: reason) }
          if idleAttempts > 0 { Thread.sleep(forTimeInterval: 0.5 * Double(idleAttempts)) }
          continue
        }
      }
      do {
        try file.check(at: part, of: manifest.name)
        if file.sha256 == nil { try manifest.checkContent(of: file, at: part) }
        return
      } catch let error as DataError {
        Self.remove(part)
        // What was there before may have come from elsewhere.
        if before > 0 && mayStartAgain {
          mayStartAgain = false
          continue
        }
        throw Refusal(reason: Self.words(error))
      }
    }
  }

  private static func words(_ error: DataError) -> String {
    switch error {
    case .wrongSize(_, _, let expected, let found):
      "it gave \(found) bytes, where \(expected) are expected"
    case .altered(_, _, let expected, let found):
      "it gave another file (SHA-256 \(found), expected \(expected))"
    case .unusable(_, let reason): "it gave something else: \(reason)"
    default: error.description
    }
  }

  private static func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Gives the file its name once its bytes are on the disk.
  private func finish(_ part: String, _ path: String) throws {
    do {
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: part))
      try handle.synchronize()
      try handle.close()
    } catch {
      throw FetchError.cannotWrite(path: part, reason: error.localizedDescription)
    }
    guard rename(part, path) == 0 else {
      throw FetchError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
  }
}
