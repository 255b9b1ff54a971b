import Foundation

/// The files in a folder, or in an archive of one: a tar file, plain or compressed with gzip, bzip2, xz or
/// Zstandard, which is read where it lies.
///
/// Files have the names of their paths below the folder. A folder of the archive's own name
/// (`chairs/` in `chairs.tar`) is passed over, as are hidden files.
public struct FileTree: Sendable {
  /// Of the folder or the archive.
  public let path: String
  let isArchive: Bool

  /// Throws `FileError`.
  public init(_ path: String) throws {
    self.path = path
    // Opened first for an error that says why it cannot be listed.
    let status = try OpenFile(path, O_RDONLY, to: "open").status()
    isArchive = status.st_mode & S_IFMT != S_IFDIR
  }

  /// Where a file is, in messages.
  public func place(of name: String) -> String {
    isArchive ? "\(name) in \(path)" : "\(path)/\(name)"
  }

  /// The names of all files, in no order.
  ///
  /// Throws `FileError`, or `ArrayFileError` where an archive is damaged.
  public func names() throws -> [String] {
    guard isArchive else {
      let root = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      return try FileManager.default.subpathsOfDirectory(atPath: root).filter { name in
        var isFolder: ObjCBool = false
        return !Self.isHidden(name)
          && FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isFolder)
          && !isFolder.boolValue
      }
    }
    var names: [String] = []
    var bytes = 0
    let limit = ArrayMemory.limit(at: path)
    try visitArchive { name, _ in
      names.append(name)
      // Nothing but the archive says how many there are.
      bytes += name.utf8.count + 64
      if bytes > limit {
        throw ArrayFileError.tooLarge(path: path, bytes: bytes, limit: limit)
      }
    }
    return names
  }

  /// Reads some of the files, in whatever order they are stored; names that no file has are passed over.
  ///
  /// Throws as `names` does, and whatever `body` throws.
  ///
  /// - Parameter body: gets a file's name and a source of its bytes, which is valid until it returns.
  func read(_ names: some Collection<String>, _ body: (String, any ByteSource) throws -> Void)
    throws
  {
    guard isArchive else {
      for name in names where !Self.isHidden(name) {
        let file = "\(path)/\(name)"
        guard FileManager.default.fileExists(atPath: file) else { continue }
        try body(name, FileSource(file))
      }
      return
    }
    let wanted = Set(names)
    var read: Set<String> = []
    try visitArchive { name, source in
      guard wanted.contains(name) else { return }
      // Programs differ in which of two they take.
      guard read.insert(name).inserted else {
        throw ArrayFileError.damaged(path: path, reason: "'\(name)' is in it twice")
      }
      try body(name, source)
    }
  }

  private func visitArchive(_ body: (String, ArchiveMember) throws -> Void) throws {
    let archive = try ArchiveReader(path)
    let own = AtomicFile.split(path).name.split(separator: ".").first.map { $0 + "/" } ?? "/"
    while let member = try archive.next() {
      var name = member.name[...]
      while name.hasPrefix("./") { name = name.dropFirst(2) }
      if name.hasPrefix(own) { name = name.dropFirst(own.count) }
      if Self.isHidden(name) { continue }
      try body(String(name), member)
    }
  }

  private static func isHidden(_ name: some StringProtocol) -> Bool {
    name.split(separator: "/").contains { $0.hasPrefix(".") }
  }
}
