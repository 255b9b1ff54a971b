/// Why a figure could not be drawn.
public enum DrawingError: Error, Equatable, Sendable {
  /// There is no gnuplot on the search path, or none that can be run.
  case notInstalled
  /// gnuplot stopped; the first line of what it wrote to its standard error.
  case failed(String)
  /// The picture could not be put at its place.
  case cannotWrite(path: String, reason: String)
  /// The arrays of one layer differ in length.
  case unequalLengths(panel: String, layer: String, counts: [Int])
}

extension DrawingError: CustomStringConvertible {
  /// The error as a sentence that ends in what to do.
  public var description: String {
    switch self {
    case .notInstalled:
      return "gnuplot is not installed: run 'make setup'"
    case .failed(let line):
      return "gnuplot failed (\(line)): run 'make setup', or make the figure smaller"
    case .cannotWrite(let path, let reason):
      return "cannot write \(path) (\(reason)): check its permissions and the free space"
    case .unequalLengths(let panel, let layer, let counts):
      let lengths = counts.map(String.init).joined(separator: ", ")
      return "panel '\(panel)': the arrays of \(layer) have lengths \(lengths): make them equal"
    }
  }
}
