/// Why an array could not be read from a file.
public enum ArrayFileError: Error, Equatable {
  /// The file is of another format, or its name and contents do not tell of which.
  case notRecognised(path: String, expected: String)
  /// The file contradicts itself, or ends too early or too late.
  case damaged(path: String, reason: String)
  /// What the file holds is valid, but not numbers that can be read here.
  case unsupported(path: String, what: String, remedy: String)
  /// The file has no array of that name.
  case missing(path: String, key: String, available: [String])
  /// A folder or an archive has no file of that name.
  case missingFile(path: String, name: String)
  /// The file has several arrays, and none was named.
  case keyNeeded(path: String, available: [String])
  /// An array was named in a file whose only array has no name.
  case noKeys(path: String, key: String)
  /// The array (`bytes`) is larger than a file of its size may hold, or than memory.
  case tooLarge(path: String, bytes: Int, limit: Int)
  /// A line of a text file is not what the lines before it promise.
  case line(path: String, line: Int, reason: String)
  /// Pictures of a folder do not go together.
  case unequalPicture(path: String, expected: [Int], found: [Int])
  /// A picture cannot be cut or reduced as it should be.
  case unpreparedPicture(path: String, reason: String)
  /// A folder has no picture at all.
  case noPictures(path: String)
  /// A picture lies beside folders whose names are labels.
  case unlabelledPicture(path: String)
}

extension ArrayFileError: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .notRecognised(let path, let expected):
      "\(path) is not \(expected). Check that the path is right, or fetch the file again."
    case .damaged(let path, let reason):
      "\(path) is damaged (\(reason)). Make or fetch the file again."
    case .unsupported(let path, let what, let remedy):
      "\(path) holds \(what), which cannot be read here. \(remedy)."
    case .missing(let path, let key, let available):
      "\(path) has no array '\(key)'. \(Self.choose(available))"
    case .missingFile(let path, let name):
      "\(path) has no file '\(name)'. Add it, or name one that is there."
    case .keyNeeded(let path, let available):
      "\(path) does not hold a single array. \(Self.choose(available))"
    case .noKeys(let path, let key):
      "\(path) holds a single array without a name, not '\(key)'. Leave the name out."
    case .tooLarge(let path, let bytes, let limit):
      "\(path) holds an array of \(bytes) bytes, where \(limit) bytes are allowed. "
        + "Check the file, or store it with less compression."
    case .line(let path, let line, let reason):
      "\(path), line \(line): \(reason). Correct the line, or fetch the file again."
    case .unequalPicture(let path, let expected, let found):
      "The picture \(path) has the shape \(found), others \(expected) (channels, height, width). "
        + "Make all pictures of a folder alike."
    case .unpreparedPicture(let path, let reason):
      "The picture \(path) does not fit what is asked of it: \(reason). Correct either."
    case .noPictures(let path):
      "\(path) has no PNG pictures. Check that the path is right."
    case .unlabelledPicture(let path):
      "The picture \(path) lies beside folders whose names are labels. "
        + "Move it into one of them, or move the folders away."
    }
  }

  private static func choose(_ available: [String]) -> String {
    guard !available.isEmpty else { return "It holds no array of numbers: use another file." }
    // A damaged or foreign file may have thousands.
    let shown = available.prefix(20).joined(separator: ", ")
    return "Name one of: \(shown)\(available.count > 20 ? ", …" : "")."
  }
}
