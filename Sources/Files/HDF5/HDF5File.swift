import CHDF5
import Foundation

/// An HDF5 file, open for writing or for reading.
///
/// Names inside the file are paths such as `"cells/beta=4/mig"`; `"/"` is the file itself. Nothing
/// written depends on the time, so that the same contents, written in the same order, give the same
/// bytes. Every method may be called from any thread and throws `HDF5Error`.
///
/// A new file is built in memory and appears on the disk, whole, with `close()`: HDF5 itself can
/// crash on a full disk, and would leave half a file.
public final class HDF5File: @unchecked Sendable {
  /// Where the file is.
  public let path: String

  // Negative once closed. Touched only while alone in the library.
  private var file: hid_t
  private let isNew: Bool

  /// Begins a file that `close()` puts in the place of any that is there.
  public init(creating path: String) throws {
    self.path = path
    isNew = true
    guard access(AtomicFile.split(path).directory, W_OK) == 0 else {
      throw HDF5Error.cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
    file = try HDF5Library.alone {
      let creation = H5Pcreate(hdf5_file_creation())
      defer { H5Pclose(creation) }
      let access = H5Pcreate(hdf5_file_access())
      defer { H5Pclose(access) }
      // The oldest format with checksums on all that describes the data: in the default one, the
      // library can crash on a file with a changed byte.
      guard H5Pset_obj_track_times(creation, false) >= 0,
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0,
        H5Pset_fapl_core(access, 1 << 20, false) >= 0,
        case let file = H5Fcreate(path, hdf5_replacing(), creation, access), file >= 0
      else { throw HDF5Error.cannotCreate(path: path, reason: HDF5Library.latestFailure()) }
      return file
    }
  }

  /// Opens a file for reading.
  public init(reading path: String) throws {
    self.path = path
    isNew = false
    guard access(path, R_OK) == 0 else {
      throw HDF5Error.cannotOpen(path: path, reason: String(cString: strerror(errno)))
    }
    file = try HDF5Library.alone {
      guard H5Fis_hdf5(path) > 0 else { throw HDF5Error.notHDF5(path: path) }
      let file = H5Fopen(path, hdf5_read_only(), hdf5_default())
      guard file >= 0 else {
        throw HDF5Error.damaged(path: path, reason: HDF5Library.latestFailure())
      }
      return file
    }
  }

  // A new file that was never closed is dropped: nobody could be told if writing it failed.
  deinit {
    HDF5Library.alone { if file >= 0 { H5Fclose(file) } }
  }

  /// Writes a new file to the disk and ends the use of this one; closing again has no effect.
  ///
  /// Throws `FileError`, such as for a full disk; the file that was at `path` is then still there.
  public func close() throws {
    let image = try HDF5Library.alone { () throws -> Data? in
      guard file >= 0 else { return nil }
      defer {
        H5Fclose(file)
        file = -1
      }
      return isNew ? try contents(of: file) : nil
    }
    if let image { try AtomicFile.write(image, to: path) }
  }

  private func contents(of file: hid_t) throws -> Data {
    try check(H5Fflush(file, H5F_SCOPE_GLOBAL), "complete the file")
    let size = try check(H5Fget_file_image(file, nil, 0), "complete the file")
    // Taken from the memory driver itself, which hands out the address of the pointer to the file:
    // the copy that H5Fget_file_image makes fails its own checksum, as a flag is reset after it.
    var handle: UnsafeMutableRawPointer?
    try check(H5Fget_vfd_handle(file, hdf5_default(), &handle), "complete the file")
    guard let memory = handle?.load(as: UnsafeRawPointer?.self) else {
      throw HDF5Error.system(path: path, operation: "complete the file", detail: "it is empty")
    }
    return Data(bytes: memory, count: size)
  }

  /// Whether the file has a group or dataset of that name.
  public func exists(_ name: String) throws -> Bool {
    try use { holds(Name(name), in: $0) }
  }

  /// The paths of all datasets, in order of name.
  public func datasets() throws -> [String] {
    try use { file in
      var names: [String] = []
      try withUnsafeMutablePointer(to: &names) { names in
        let status = hdf5_visit(
          file,
          { _, name, info, names in
            if let name, info?.pointee.type == H5O_TYPE_DATASET {
              names?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            }
            return 0
          }, names)
        try check(status, "list the datasets")
      }
      return names
    }
  }
}

// What the parts of this type share.
extension HDF5File {
  /// A path inside the file, without superfluous slashes.
  struct Name {
    let parts: [String]
    var text: String { parts.isEmpty ? "/" : parts.joined(separator: "/") }

    init(_ text: String) { parts = text.split(separator: "/").map(String.init) }

    /// The names of the groups on the way, outermost first, without the name itself.
    var groups: [Name] { parts.indices.dropFirst().map { Name(parts: Array(parts[..<$0])) } }

    private init(parts: [String]) { self.parts = parts }
  }

  /// Runs `body` alone in the library with the open file.
  func use<Result>(_ body: (hid_t) throws -> Result) throws -> Result {
    try HDF5Library.alone {
      guard file >= 0 else { throw HDF5Error.closed(path: path) }
      return try body(file)
    }
  }

  @discardableResult
  func check<Result: SignedInteger>(_ result: Result, _ operation: String) throws -> Result {
    try HDF5Library.check(result, operation, in: path)
  }

  func holds(_ name: Name, in file: hid_t) -> Bool {
    // Asked step by step, because asking for "a/b" is an error when there is no "a".
    (name.groups + [name]).allSatisfy { step in
      step.parts.isEmpty
        || H5Lexists(file, step.text, hdf5_default()) > 0
          && H5Oexists_by_name(file, step.text, hdf5_default()) > 0
    }
  }

  /// What a name stands for.
  private enum Kind {
    case group
    case dataset
    /// A named type, or a link that leads nowhere.
    case other
  }

  private func kind(of name: String, in location: hid_t) -> Kind {
    let id = H5Oopen(location, name, hdf5_default())
    guard id >= 0 else { return .other }
    defer { H5Oclose(id) }
    switch H5Iget_type(id) {
    case H5I_GROUP: return .group
    case H5I_DATASET: return .dataset
    default: return .other
    }
  }

  /// Throws `missing` or `wrongType` unless the name stands for a group, or for a dataset.
  func require(_ name: Name, isGroup: Bool, in file: hid_t) throws {
    guard holds(name, in: file) else { throw HDF5Error.missing(path: path, name: name.text) }
    let found = kind(of: name.text, in: file)
    guard found == (isGroup ? .group : .dataset) else {
      throw HDF5Error.wrongType(
        path: path, name: name.text, expected: isGroup ? "a group" : "a dataset",
        found: found == .group ? "a group" : found == .dataset ? "a dataset" : "neither")
    }
  }
}
