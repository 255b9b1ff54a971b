/// Why an HDF5 file could not be written or read; `name` is the path inside the file.
public enum HDF5Error: Error, Equatable {
  /// The file cannot be made.
  case cannotCreate(path: String, reason: String)
  /// The file is missing or may not be read.
  case cannotOpen(path: String, reason: String)
  /// The file is of another format.
  case notHDF5(path: String)
  /// The file begins like HDF5 but is truncated, altered, or still being written.
  case damaged(path: String, reason: String)
  /// The file was used after `close()`.
  case closed(path: String)
  /// The file has nothing under that name.
  case missing(path: String, name: String)
  /// What was to be written is there already.
  case alreadyThere(path: String, name: String)
  /// What is stored is of another kind than what was asked for.
  case wrongType(path: String, name: String, expected: String, found: String)
  /// The number of values does not fit the shape.
  case wrongShape(path: String, name: String, shape: [Int], count: Int)
  /// A stored integer is too large or too small for the type asked for.
  case outOfRange(path: String, name: String, expected: String)
  /// Rows were asked for that the dataset does not have, or not in ascending order.
  case noSuchRows(path: String, name: String, shape: [Int])
  /// The values need more memory (bytes) than a file of its size may take, or than the machine has.
  case tooLarge(path: String, name: String, shape: [Int], available: Int)
  /// A text contains the character NUL, which ends a text in HDF5.
  case textWithNull(path: String, name: String)
  /// The HDF5 library failed; `operation` completes "could not …".
  case system(path: String, operation: String, detail: String)
}

extension HDF5Error {
  /// Whether the fault is in what the file holds, so that another file in its place would do; not where the
  /// file is missing, cannot be made, or may not be read.
  public var isOfContents: Bool {
    switch self {
    case .cannotCreate, .cannotOpen: false
    default: true
    }
  }
}

extension HDF5Error: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .cannotCreate(let path, let reason):
      "The HDF5 file \(path) cannot be made (\(reason)). "
        + "Check that its directory exists and may be written."
    case .cannotOpen(let path, let reason):
      "The HDF5 file \(path) cannot be opened (\(reason)). Check that the path is right."
    case .notHDF5(let path):
      "\(path) is not an HDF5 file. Check that the path is right, or make or fetch the file again."
    case .damaged(let path, let reason):
      "The HDF5 file \(path) is damaged or still being written (\(reason)). "
        + "Let its writer finish, or make or fetch the file again."
    case .closed(let path):
      "The HDF5 file \(path) was used after it was closed. Open it again."
    case .missing(let path, let name):
      "\(path) has no \(name). List what it holds with 'h5ls -r', and correct the name."
    case .alreadyThere(let path, let name):
      "\(path) has \(name) already. Write under another name, or make the file anew."
    case .wrongType(let path, let name, let expected, let found):
      "\(name) in \(path) is \(found), where \(expected) is expected. "
        + "Name another dataset, or store it as \(expected)."
    case .wrongShape(let path, let name, let shape, let count):
      "\(name) in \(path) has \(count) values, which do not fit the shape \(shape). "
        + "Give as many values as the product of the shape."
    case .outOfRange(let path, let name, let expected):
      "\(name) in \(path) holds an integer that does not fit into \(expected). "
        + "Read it as a wider type, or correct the file."
    case .noSuchRows(let path, let name, let shape):
      "\(name) in \(path) has the shape \(shape), and not all of the rows asked for. "
        + "Ask for rows that it has."
    case .tooLarge(let path, let name, let shape, let available):
      "\(name) in \(path) has the shape \(shape), more than the \(available) bytes that it may take. "
        + "Check the file, or store it with less compression."
    case .textWithNull(let path, let name):
      "A text for \(name) in \(path) contains the character NUL. Remove it."
    case .system(let path, let operation, let detail):
      "HDF5 could not \(operation) in \(path) (\(detail)). "
        + "Check the disk and the file, then run the command again."
    }
  }
}
