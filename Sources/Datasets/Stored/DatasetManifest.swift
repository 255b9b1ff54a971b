import Files

/// What `datasets/<name>.yaml` says: where a data set's files come from and what they hold (see
/// `docs/datasets.md`).
public struct DatasetManifest: Decodable, Sendable {
  /// The name in studies.
  public let name: String
  public let title: String
  /// Whose it is: what to cite.
  public let source: String?
  public let homepage: String?
  public let licence: String?
  /// How a person gets the files that no program may or can fetch.
  public let howToGet: String?
  /// Why no study can use it yet, or nil.
  public let notYet: String?
  /// Folders that its files are often found in, besides one of its own name.
  public let folders: [String]
  /// What is known of the files.
  public let files: [StoredFile]
  /// The forms in which it may be here, the preferred one first.
  public let layouts: [Layout]
  /// The factors whose combinations are the examples of the split `train`, or nil. Each is a tensor of
  /// whole numbers.
  public let grid: FactorGrid?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name = "dataset"
    case howToGet = "how-to-get"
    case notYet = "not-yet"
    case title, source, homepage, licence, folders, files, splits, layouts, grid
  }

  /// Reads the keys; `splits` is the short form of a single layout.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    name = try keys.decode(String.self, forKey: .name)
    title = try keys.decode(String.self, forKey: .title)
    source = try keys.decodeIfPresent(String.self, forKey: .source)
    homepage = try keys.decodeIfPresent(String.self, forKey: .homepage)
    licence = try keys.decodeIfPresent(String.self, forKey: .licence)
    howToGet = try keys.decodeIfPresent(String.self, forKey: .howToGet)
    notYet = try keys.decodeIfPresent(String.self, forKey: .notYet)
    folders = try keys.decodeIfPresent([String].self, forKey: .folders) ?? []
    files = try keys.decodeIfPresent([StoredFile].self, forKey: .files) ?? []
    grid = try keys.decodeIfPresent(FactorGrid.self, forKey: .grid)
    let splits = try keys.decodeIfPresent(Layout.Splits.self, forKey: .splits)
    let layouts = try keys.decodeIfPresent([Layout].self, forKey: .layouts)
    self.layouts = layouts ?? splits.map { [Layout(splits: $0)] } ?? []
    if splits != nil && layouts != nil {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath + [CodingKeys.layouts],
          debugDescription: "write either splits or layouts, not both"))
    }
  }

  /// One form of the data set: which files make up its splits.
  public struct Layout: Decodable, Sendable {
    /// Tensors by split and name.
    public typealias Splits = [String: [String: StoredTensor]]

    public let splits: Splits
    /// What makes the split `train` of recordings of motion, or nil.
    public let recordings: MotionRecipe?
    /// Why results on it do not stand for the real data, or nil where it is the real data.
    public let standIn: String?
    /// Whether the numbers are those of the first form to the last bit, in other files.
    public let isSameAsFirst: Bool

    init(splits: Splits) {
      self.splits = splits
      recordings = nil
      standIn = nil
      isSameAsFirst = false
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case splits, recordings
      case standIn = "stand-in"
      case isSameAsFirst = "same-as-first"
    }

    public init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      recordings = try keys.decodeIfPresent(MotionRecipe.self, forKey: .recordings)
      if recordings == nil {
        splits = try keys.decode(Splits.self, forKey: .splits)
      } else {
        var others = try keys.decodeIfPresent(Splits.self, forKey: .splits) ?? [:]
        if others[DatasetManifest.motionSplit] == nil { others[DatasetManifest.motionSplit] = [:] }
        splits = others
      }
      standIn = try keys.decodeIfPresent(String.self, forKey: .standIn)
      isSameAsFirst = try keys.decodeIfPresent(Bool.self, forKey: .isSameAsFirst) ?? false
    }
  }

  /// The split that a grid of factors describes.
  static let gridSplit = "train"

  /// The split that recordings of motion make.
  static let motionSplit = "train"

  /// What is known of a file; one that is not listed is a user's own.
  public func file(named name: String) -> StoredFile {
    files.first { $0.name == name } ?? StoredFile(name: name)
  }
}

/// A file of a data set, or a folder of pictures.
public struct StoredFile: Decodable, Sendable {
  public let name: String
  public let bytes: Int?
  /// Checksum of 64 hexadecimal digits; nil where none is known for sure.
  public let sha256: String?
  /// Addresses, tried in turn.
  public let mirrors: [String]

  init(name: String) {
    self.name = name
    bytes = nil
    sha256 = nil
    mirrors = []
  }

  enum CodingKeys: String, CodingKey, CaseIterable { case name, bytes, sha256, mirrors }

  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    name = try keys.decode(String.self, forKey: .name)
    bytes = try keys.decodeIfPresent(Int.self, forKey: .bytes)
    sha256 = try keys.decodeIfPresent(String.self, forKey: .sha256)
    mirrors = try keys.decodeIfPresent([String].self, forKey: .mirrors) ?? []
  }
}

/// Where one tensor of a split is stored and how it is read.
public struct StoredTensor: Codable, Equatable, Sendable {
  /// The files' names: several of them hold one array, one part of its examples after the other.
  public var files: FileNames
  /// The array's name in a file of several.
  public var key: String?
  /// The type that the numbers must have in the file.
  public var type: String?
  /// Shape to read the array in before all else, row by row; one length may be −1, whatever is left.
  public var view: [Int]?
  /// For each axis wanted, the axis of the array that it is; examples come first.
  public var axes: [Int]?
  /// Which examples; all by default.
  public var rows: Rows?
  /// The list of the examples, in a file of their places.
  public var index: Index?
  /// Numbers of an example that are packed in bytes, eight to one, the first one highest.
  public var bits: Int?
  /// Whether colours become grey.
  public var grey: Bool?
  /// The part of each picture that is kept: first row and column, height, width.
  public var crop: [Int]?
  /// Pixels a side that pictures are reduced to.
  public var areaAverage: Int?
  /// Whether `scale` becomes 0, and 0 `scale`.
  public var invert: Bool?
  /// Shape of one example; as stored by default.
  public var shape: [Int]?
  /// What the numbers are divided by; 1 by default.
  public var scale: Double?
  /// Labels that mean another one: SVHN's 10 is a 0.
  public var relabel: [String: Int]?
  /// What they are; numbers by default.
  public var meaning: Meaning?

  /// What a model takes the values for.
  public enum Meaning: String, Codable, CaseIterable, Sendable {
    /// Grey values, measurements: bytes stay bytes until they are used.
    case numbers
    /// Labels, indices.
    case integers
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case files = "file"
    case key, type, view, axes, rows, index, bits, grey, crop, invert, shape, scale, relabel
    case areaAverage = "area-average"
    case meaning = "as"
  }

  /// How its pictures change.
  var preparation: PicturePreparation {
    PicturePreparation(isGrey: grey ?? false, crop: crop, side: areaAverage)
  }

  /// Names of all files that it needs.
  var allFiles: [String] { files.names + (index.map { [$0.file] } ?? []) }

  /// The same, of files of other names.
  func renaming(_ name: (String) -> String) -> StoredTensor {
    var tensor = self
    tensor.files = FileNames(files.names.map(name))
    tensor.index?.file = name(index?.file ?? "")
    return tensor
  }

  /// Names of files: one, or a list.
  public struct FileNames: Codable, Equatable, Sendable {
    public let names: [String]

    init(_ names: [String]) {
      self.names = names
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      names = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if names.count == 1 { try container.encode(names[0]) } else { try container.encode(names) }
    }
  }

  /// A file that holds the places of examples, from 0 and ascending.
  public struct Index: Codable, Equatable, Sendable {
    public var file: String
    /// The list's name in a file of several.
    public var key: String?

    enum CodingKeys: String, CodingKey, CaseIterable { case file, key }
  }

  /// Consecutive examples, written `[first, end]`; the end is not among them.
  public struct Rows: Codable, Equatable, Sendable {
    public let range: Range<Int>

    public init(_ range: Range<Int>) {
      self.range = range
    }

    public init(from decoder: any Decoder) throws {
      let numbers = try [Int](from: decoder)
      guard numbers.count == 2, numbers[0] >= 0, numbers[0] < numbers[1] else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "rows are [first, end], such as [0, 50000]"))
      }
      range = numbers[0]..<numbers[1]
    }

    public func encode(to encoder: any Encoder) throws {
      try [range.lowerBound, range.upperBound].encode(to: encoder)
    }
  }
}
