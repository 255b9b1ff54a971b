import Files
import Foundation

/// What the arrays of a run in `result.h5` are made of and by. Equal recipes make equal arrays.
struct ArrayRecipe {
  /// Where they are in the file.
  let path: String
  /// A line of JSON, which the file has beside them.
  private let text: String

  /// - Parameters:
  ///   - identity: the run's.
  ///   - snapshots: the steps that are shown besides the end of training.
  init(path: String, identity: String, compute: [Tagged], snapshots: [Int]) throws {
    struct Content: Encodable {
      let identity: String
      let compute: [Tagged]
      let snapshots: [Int]
    }
    self.path = path
    text = try lineOfJSON(Content(identity: identity, compute: compute, snapshots: snapshots))
  }

  private static let attribute = "recipe"

  /// Writes it beside the arrays.
  func sign(in file: HDF5File) throws {
    try file.setAttribute(Self.attribute, to: text, at: path)
  }

  /// Whether the file has the arrays, made by it.
  func isSigned(in file: HDF5File) -> Bool {
    (try? file.attribute(Self.attribute, as: String.self, at: path)) == text
  }
}

/// The arrays of runs in a result that is there already.
///
/// They are far smaller than the weights that they were made of, and so still there where these are not: the
/// result that takes the old one's place takes them over.
struct KeptArrays {
  private let file: HDF5File

  /// Nil where the directory has no result of this layout.
  init?(in directory: String) {
    guard let file = try? HDF5File(reading: directory + "/result.h5"),
      (try? file.attribute("format", as: Int.self)) == ResultFile.format
    else { return nil }
    self.file = file
  }

  func has(_ recipe: ArrayRecipe) -> Bool { recipe.isSigned(in: file) }

  /// Copies the arrays, and the recipe with them.
  func copy(_ recipe: ArrayRecipe, into new: HDF5File) throws {
    try new.copyGroup(recipe.path, from: file)
  }
}
