import Files
import Foundation

/// The files of a directory of manifests.
extension ManifestLibrary {
  /// All manifests below a directory, in the order of their names; none where it is not there.
  ///
  /// - Parameter problems: is told of the directories that cannot be read.
  static func files(
    below root: String, _ problems: inout [(file: String, error: any Error)]
  ) -> [String] {
    var files: [String] = []
    var directories = [root]
    while let directory = directories.popLast() {
      do {
        // Hidden files are an editor's, not the user's.
        let manifests = try Disk.names(in: directory)
          .filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
        // No links, which could lead in a circle.
        let folders = try Disk.folders(in: directory)
          .filter { !$0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
        files += manifests.map { "\(directory)/\($0)" }
        directories += folders.map { "\(directory)/\($0)" }
      } catch FileError.system(_, _, let code) {
        let reason = String(cString: strerror(code))
        problems.append((directory, LibraryError.unreadable(directory, .system(reason: reason))))
      } catch {
        problems.append((directory, error))
      }
    }
    return files.filter { $0 != "\(root)/\(Catalogue.fileName)" }.sorted()
  }

  /// The text of a manifest.
  ///
  /// - Throws: ``LibraryError`` where it cannot be read, `ManifestError` where it is not UTF-8.
  static func text(of file: String) throws -> String {
    // Without waiting, as opening a pipe would for one who writes.
    let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let obstacle = LibraryError.Obstacle.latest
      var link = stat()
      let isLink = obstacle == .missing && lstat(file, &link) == 0
      throw LibraryError.unreadable(file, isLink ? .danglingLink : obstacle)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      throw LibraryError.unreadable(file, isDirectory ? .directory : .noFile)
    }
    let data: Data
    do {
      data = try handle.readToEnd() ?? Data()
    } catch {
      throw LibraryError.unreadable(file, .system(reason: error.localizedDescription))
    }
    guard let text = String(data: data, encoding: .utf8) else { throw notUTF8(data, file) }
    return text
  }

  /// Names the first byte that is not UTF-8.
  private static func notUTF8(_ data: Data, _ file: String) -> ManifestError {
    var (line, column) = (1, 1)
    var bytes = data.makeIterator()
    var decoder = UTF8()
    while case .scalarValue(let scalar) = decoder.decode(&bytes) {
      (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
    }
    return ManifestError(
      origin: .file(path: file, line: line, column: column),
      .malformedYAML("a character is not UTF-8; save the file in that encoding"))
  }
}

extension LibraryError.Obstacle {
  /// What the system's last error was.
  fileprivate static var latest: Self {
    errno == ENOENT ? .missing : .system(reason: String(cString: strerror(errno)))
  }
}
