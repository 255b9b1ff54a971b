import Foundation

/// What is on the disk. Only what is not there counts as nothing: what may not be read is an error, as a
/// command would otherwise do again what has been done, or leave out what there is.
extension Disk {
  /// The names in a directory, sorted; none where there is no such directory.
  ///
  /// Throws `FileError`.
  public static func names(in directory: String) throws -> [String] {
    guard let stream = opendir(directory) else {
      let failure = FileError.latest("list", directory)
      if failure.isAbsence { return [] }
      throw failure
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // The end and a failure are told apart by it alone.
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw FileError.latest("list", directory) }
        return names.sorted()
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// The names of the directories in a directory, sorted; links to others are not among them.
  ///
  /// Throws `FileError`.
  public static func folders(in directory: String) throws -> [String] {
    try names(in: directory).filter { name in
      try status(of: "\(directory)/\(name)", followingLinks: false)?.isDirectory ?? false
    }
  }

  /// Whether there is something of that name.
  ///
  /// Throws `FileError`.
  public static func exists(_ path: String) throws -> Bool { try status(of: path) != nil }

  /// Whether there is a directory of that name.
  ///
  /// Throws `FileError`.
  public static func isFolder(_ path: String) throws -> Bool {
    try status(of: path)?.isDirectory ?? false
  }

  /// Bytes of a file; 0 where there is none.
  ///
  /// Throws `FileError`.
  public static func size(of path: String) throws -> Int {
    try status(of: path).map { Int($0.st_size) } ?? 0
  }

  /// The bytes of a file, or nil where there is none.
  ///
  /// Throws `FileError`.
  public static func read(_ path: String) throws -> Data? {
    let file: OpenFile
    do {
      file = try OpenFile(path, O_RDONLY, to: "read")
    } catch let failure as FileError where failure.isAbsence {
      return nil
    }
    var data = Data()
    while true {
      let piece = try file.read(1 << 20, at: data.count)
      if piece.isEmpty { return data }
      data.append(contentsOf: piece)
    }
  }

  private static func status(of path: String, followingLinks: Bool = true) throws -> stat? {
    var status = stat()
    if (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 { return status }
    let failure = FileError.latest("look at", path)
    if failure.isAbsence { return nil }
    throw failure
  }
}

extension FileError {
  /// Whether it says no more than that there is nothing at the path.
  fileprivate var isAbsence: Bool {
    guard case .system(_, _, let code) = self else { return false }
    return code == ENOENT || code == ENOTDIR
  }
}

extension stat {
  fileprivate var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
}
