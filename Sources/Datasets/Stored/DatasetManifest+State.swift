import Foundation

/// What of a stored data set is here.
public struct DatasetState: Sendable {
  /// A file and where it is.
  public struct Item: Sendable {
    public let file: StoredFile
    /// The path, or nil where the file is nowhere.
    public let path: String?
  }

  /// The files that studies use, unless they ask for more.
  public let items: [Item]

  /// Names of those that are not here.
  public var missing: [String] { items.filter { $0.path == nil }.map(\.file.name) }

  /// Whether all are here.
  public var isHere: Bool { missing.isEmpty && !items.isEmpty }

  /// Whether none is here.
  public var isAbsent: Bool { items.allSatisfy { $0.path == nil } }

  /// The directories of those that are here.
  public var directories: [String] {
    Set(items.compactMap { $0.path.map { ($0 as NSString).deletingLastPathComponent } }).sorted()
  }
}

extension DatasetManifest {
  /// Splits that are loaded without being asked for.
  static let usualSplits = ["train", "validation", "test"]

  /// Splits whose files are looked for and fetched without being asked for.
  private static let fetchedSplits = usualSplits + [StoredWeights.split]

  /// The files of some splits of a layout, sorted.
  static func files(of layout: Layout, splits: [String]) -> [String] {
    let tensors = splits.flatMap { layout.splits[$0].map { Array($0.values) } ?? [] }
    let recordings = splits.contains(motionSplit) ? layout.recordings?.files ?? [] : []
    return Set(tensors.flatMap(\.allFiles) + recordings).sorted()
  }

  /// What is here of the first form that is whole, else of the preferred one.
  public func state(in places: DataPlaces, beside: String) -> DatasetState {
    func state(_ names: [String], of layout: Layout?) -> DatasetState {
      DatasetState(
        items: names.map { name in
          let file = file(named: name)
          let path = places.find(file, of: self, beside: beside)
          let isWhole = layout?.lacking(name, at: path).isEmpty != false
          return DatasetState.Item(file: file, path: isWhole ? path : nil)
        })
    }
    if layouts.isEmpty { return state(files.map(\.name), of: nil) }
    let states = layouts.map { state(Self.files(of: $0, splits: Self.fetchedSplits), of: $0) }
    return states.first(where: \.isHere) ?? states[0]
  }

  /// The files to fetch: those that studies use by default, or all that are known.
  public func filesToFetch(all: Bool) -> [StoredFile] {
    if all || layouts.isEmpty { return files }
    return Self.files(of: layouts[0], splits: Self.fetchedSplits).map { file(named: $0) }
  }

  /// Whether no program can get some of the files that studies use.
  public var isByHand: Bool {
    let files = filesToFetch(all: false)
    return files.isEmpty || files.contains { $0.mirrors.isEmpty }
  }
}

extension DatasetManifest.Layout {
  /// What is missing of a file that is needed: itself, or the recordings of a folder that are not in it.
  ///
  /// - Parameter path: where it is, or nil.
  func lacking(_ name: String, at path: String?) -> [String] {
    guard let path else { return [name] }
    var isFolder: ObjCBool = false
    guard let recordings, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return [] }
    return recordings.paths(in: name).filter {
      !FileManager.default.fileExists(atPath: "\(path)/\($0)")
    }.map { "\(name)/\($0)" }
  }
}
