import Foundation

/// A failure of the file system while files were locked, written or replaced.
public enum FileError: Error, Equatable {
  /// A system call failed; `operation` completes "Could not …" and `code` is its `errno`.
  case system(operation: String, path: String, code: Int32)
  /// A record for a file of lines contains a line break.
  case lineBreak(path: String)
  /// Another process, or another task of this one, is building the same directory.
  case busy(path: String)

  /// The failure that `errno` tells of; to be made directly after the call that failed.
  static func latest(_ operation: String, _ path: String) -> FileError {
    .system(operation: operation, path: path, code: errno)
  }
}

extension FileError: CustomStringConvertible {
  /// What failed, why, and what to do.
  public var description: String {
    switch self {
    case .system(let operation, let path, let code):
      "Could not \(operation) \(path): \(String(cString: strerror(code))). \(Self.remedy(for: code))"
    case .lineBreak(let path):
      "A record for \(path) contains a line break, which would make it two records. "
        + "Write it as a single line."
    case .busy(let path):
      "Another command is writing \(path). Wait until it has finished, then run this one again."
    }
  }

  private static func remedy(for code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "Free some disk space, then run the command again."
    case EFBIG: "Raise the limit on the size of files (ulimit -f), then run the command again."
    case EACCES, EPERM, EROFS: "Change its permissions, or choose another place."
    case ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG: "Check that the path is right."
    case ENOTEMPTY, EEXIST: "Move away what is there, then run the command again."
    case EMFILE, ENFILE: "Close other programs or raise the limit of open files (ulimit -n)."
    default: "Check the disk and the path, then run the command again."
    }
  }
}
