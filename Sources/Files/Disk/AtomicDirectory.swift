import Foundation

/// Directories that are replaced whole or not at all.
public enum AtomicDirectory {
  /// Runs `build` on a new directory, then puts that in the place of the one at `target`.
  ///
  /// `build` gets the path of an empty directory beside the target (`TARGET.new`). When it throws,
  /// the target stays as it was and the error is passed on. The old directory is kept as
  /// `TARGET.old` for the moment of the swap; a crash in that moment is mended by `recover(at:)`,
  /// which this calls first. Missing parent directories are created. Throws `FileError`; `busy`
  /// when the same target is being built elsewhere.
  public static func replace(at target: String, build: (String) throws -> Void) throws {
    let target = trimmed(target)
    let new = target + ".new"
    let parent = AtomicFile.split(target).directory
    try makeDirectory(parent)
    let claim = try claim(new, for: target)
    try withExtendedLifetime(claim) {
      do {
        try removeContents(of: new)
        try recover(at: target)
        try build(new)
        try synchroniseTree(new)
        try swap(new, into: target)
      } catch {
        try? removeTree(new)
        throw error
      }
      try OpenFile.synchronise(directory: parent)
    }
    // A failure here costs disk space only, and the next replacement tries again.
    try? removeTree(target + ".old")
  }

  /// Puts back the old directory when a crash in the middle of a swap left none at `target`.
  public static func recover(at target: String) throws {
    let target = trimmed(target)
    let old = target + ".old"
    guard !exists(target), exists(old) else { return }
    guard rename(old, target) == 0 else { throw FileError.latest("put back", target) }
  }

  private static func swap(_ new: String, into target: String) throws {
    let old = target + ".old"
    try removeTree(old)
    let replacing = exists(target)
    if replacing, rename(target, old) != 0 { throw FileError.latest("replace", target) }
    guard rename(new, target) == 0 else {
      let failure = FileError.latest("replace", target)
      if replacing { rename(old, target) }
      throw failure
    }
  }

  // The lock on the directory goes with the process, so that what a killed process left there does
  // not stand in the way.
  private static func claim(_ new: String, for target: String) throws -> OpenFile {
    try makeDirectory(new)
    let directory = try OpenFile(new, O_RDONLY | O_DIRECTORY, to: "open the directory")
    // Between opening and locking, its owner may have finished and moved it into place.
    guard try directory.lock(waiting: false), try directory.status().st_ino == inode(of: new) else {
      throw FileError.busy(path: target)
    }
    return directory
  }

  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  private static func exists(_ path: String) -> Bool { inode(of: path) != nil }

  private static func inode(of path: String) -> ino_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_ino : nil
  }

  private static func makeDirectory(_ path: String) throws {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, path.contains("/") else {
      throw FileError.latest("create the directory", path)
    }
    try makeDirectory(AtomicFile.split(path).directory)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw FileError.latest("create the directory", path)
    }
  }

  /// Everything below `directory`, children before their parents.
  private static func contents(of directory: String) -> [String] {
    let below = (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []
    return below.sorted(by: >).map { directory + "/" + $0 }
  }

  private static func removeContents(of directory: String) throws {
    for path in contents(of: directory) where remove(path) != 0 {
      throw FileError.latest("remove", path)
    }
  }

  private static func removeTree(_ path: String) throws {
    guard exists(path) else { return }
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      try removeContents(of: path)
    }
    guard remove(path) == 0 else { throw FileError.latest("remove", path) }
  }

  private static func synchroniseTree(_ root: String) throws {
    for path in contents(of: root) + [root] {
      var status = stat()
      guard lstat(path, &status) == 0 else { throw FileError.latest("look at", path) }
      // A link or a pipe has no contents of its own, and opening a pipe would wait for a writer.
      guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { continue }
      try OpenFile(path, O_RDONLY, to: "open").synchronise()
    }
  }
}
