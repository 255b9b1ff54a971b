import Files
import Foundation

/// What the arrays of a run in `result.h5` are made of and by. Equal recipes make equal arrays, as long as the
/// program computes them in the same way (`ResultFile.format`).
struct ArrayRecipe {
  /// Where they are in the file.
  let path: String
  /// A line of JSON, which the file has beside them.
  private let text: String

  /// - Parameters:
  ///   - record: the run's.
  ///   - snapshots: the steps that are shown besides the end of training.
  init(path: String, _ record: RunRecord, compute: [Tagged], snapshots: [Int]) throws {
    struct Content: Encodable {
      let identity: String
      let training: String
      let compute: [Tagged]
      let snapshots: [Int]
    }
    self.path = path
    text = try lineOfJSON(
      Content(
        identity: record.identity, training: record.trainingDigest(), compute: compute,
        snapshots: snapshots))
  }

  private static let attribute = "recipe"

  /// Writes it beside the arrays, whose group must be there.
  func sign(in file: HDF5File) throws {
    try file.setAttribute(Self.attribute, to: text, at: path)
  }

  /// The identity of the run whose arrays the file has at a path, or nil.
  static func identity(at path: String, in file: HDF5File) -> String? {
    struct Content: Decodable { let identity: String }
    let text = try? file.attribute(attribute, as: String.self, at: path)
    return text.flatMap { try? JSONDecoder().decode(Content.self, from: Data($0.utf8)).identity }
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
  private let names: [String]

  /// Nil where the directory has no result of this layout, or a damaged one.
  ///
  /// - Throws: `RunDirectoryError` or `HDF5Error` where there is one that may not be read: it would be
  ///   replaced, and its arrays lost.
  init?(in directory: String) throws {
    // A process that dies between the two renames of a swap leaves the result there.
    let paths = [directory, AtomicDirectory.old(of: directory)].map { $0 + "/result.h5" }
    let path = try RunDirectoryError.reading { try paths.first(where: Disk.exists) }
    guard let path, let file = try Self.file(path),
      (try? file.attribute("format", as: Int.self)) == ResultFile.format,
      let names = try? file.datasets()
    else { return nil }
    self.file = file
    self.names = names
  }

  private static func file(_ path: String) throws -> HDF5File? {
    do {
      return try HDF5File(reading: path)
    } catch let error as HDF5Error where error.isOfContents {
      return nil
    }
  }

  /// Whether some arrays of the run are here, made by whatever recipe.
  func hasSome(of run: RunSpecification) -> Bool {
    ArrayRecipe.identity(at: ResultFile.path(of: run), in: file) == run.identity
  }

  /// Whether the arrays are here, made by this recipe and undamaged.
  func has(_ recipe: ArrayRecipe) -> Bool {
    recipe.isSigned(in: file)
      && names.filter { $0.hasPrefix(recipe.path + "/") }.allSatisfy { name in
        (try? file.numbers(at: name)) != nil || (try? file.read(String.self, at: name)) != nil
      }
  }

  /// Copies the arrays, and the recipe with them.
  func copy(_ recipe: ArrayRecipe, into new: HDF5File) throws {
    try new.copyGroup(recipe.path, from: file)
  }
}
