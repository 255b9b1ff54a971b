import Foundation

/// Other programs.
public enum Executable {
  /// The path of a program in the directories of a search path, or nil where it is in none.
  public static func find(_ name: String, in searchPath: String = searchPath) -> String? {
    searchPath.split(separator: ":").map { "\($0)/\(name)" }
      .first(where: FileManager.default.isExecutableFile)
  }

  /// That of this process.
  public static var searchPath: String {
    ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  }
}
