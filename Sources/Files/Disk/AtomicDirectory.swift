import Foundation

/// Directories that are replaced whole or not at all.
public enum AtomicDirectory {
  /// Runs `build` on a new directory, then puts that in the place of the one at `target`.
  ///
  /// `build` gets the path of an empty directory beside the target, hidden (`.TARGET.new`). When it
  /// throws, the target stays as it was and the error is passed on. The old directory is kept as
  /// `.TARGET.old` for the moment of the swap; a crash in that moment is mended by `recover(at:)`,
  /// which this calls first. Missing parent directories are created. Throws `FileError`; `busy`
  /// when the same target is being built elsewhere, unless `waiting`.
  public static func replace(
    at target: String, waiting: Bool = false, build: (String) throws -> Void
  ) throws {
    let target = trimmed(target)
    let new = beside(target, ".new")
    let parent = AtomicFile.split(target).directory
    try Disk.makeDirectory(parent)
    let claim = try claim(new, for: target, waiting: waiting)
    try withExtendedLifetime(claim) {
      do {
        for path in Disk.contents(of: new) { try Disk.removeOne(path) }
        try recover(at: target)
        try build(new)
        try synchroniseTree(new)
        try swap(new, into: target)
      } catch {
        try? Disk.remove(new)
        throw error
      }
      try OpenFile.synchronise(directory: parent)
    }
    // A failure here costs disk space only, and the next replacement tries again.
    try? Disk.remove(old(of: target))
  }

  /// Where the old directory is for the moment of a swap, and after a crash in it.
  public static func old(of target: String) -> String { beside(trimmed(target), ".old") }

  private static func beside(_ target: String, _ suffix: String) -> String {
    let (directory, name) = AtomicFile.split(target)
    return "\(directory)/.\(name)\(suffix)"
  }

  /// Puts back the old directory when a crash in the middle of a swap left none at `target`.
  public static func recover(at target: String) throws {
    let target = trimmed(target)
    let old = old(of: target)
    guard !exists(target), exists(old) else { return }
    guard Disk.rename(old, to: target) == 0 else { throw FileError.latest("put back", target) }
  }

  private static func swap(_ new: String, into target: String) throws {
    let old = old(of: target)
    try Disk.remove(old)
    let replacing = exists(target)
    if replacing, Disk.rename(target, to: old) != 0 { throw FileError.latest("replace", target) }
    guard Disk.rename(new, to: target) == 0 else {
      let failure = FileError.latest("replace", target)
      if replacing { _ = Disk.rename(old, to: target) }
      throw failure
    }
  }

  // The lock on the directory goes with the process, so that what a killed process left there does
  // not stand in the way.
  private static func claim(
    _ new: String, for target: String, waiting: Bool
  ) throws -> OpenFile {
    while true {
      try Disk.makeDirectory(new)
      do {
        let directory = try OpenFile(new, O_RDONLY | O_DIRECTORY, to: "open the directory")
        // Between opening and locking, its owner may have finished and moved it into place.
        if try directory.lock(waiting: waiting), try directory.isAtItsPath() { return directory }
      } catch FileError.system(_, _, ENOENT) {
        // The same, between making and opening.
      }
      if !waiting { throw FileError.busy(path: target) }
    }
  }

  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  private static func synchroniseTree(_ root: String) throws {
    for path in Disk.contents(of: root) + [root] {
      var status = stat()
      guard lstat(path, &status) == 0 else { throw FileError.latest("look at", path) }
      // A link or a pipe has no contents of its own, and opening a pipe would wait for a writer.
      guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { continue }
      try OpenFile(path, O_RDONLY, to: "open").synchronise()
    }
  }
}
