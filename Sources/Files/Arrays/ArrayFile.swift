import Foundation

/// Arrays of numbers in files of any format that is read here.
public enum ArrayFile {
  /// Reads an array; `key` names it where the file holds several.
  ///
  /// The contents decide the format, and the name only where they do not: NPY, NPZ, IDX (these
  /// three also compressed with gzip, but for NPZ), MATLAB, HDF5, dictionaries of PyTorch's, text, and
  /// pictures in a folder or a tar archive.
  /// Throws `FileError`, `ArrayFileError`, `HDF5Error`, `NumericArrayError` or `PNGError`.
  ///
  /// - Parameters:
  ///   - rows: which places of the first axis, ascending; all by default. Of HDF5 files nothing else is
  ///     read.
  ///   - pictures: what becomes of the pictures of a folder or an archive before all of them are in
  ///     memory; not to be given for other files, which `isFolder` tells.
  public static func read(
    _ path: String, key: String? = nil, rows: [Range<Int>]? = nil,
    pictures preparation: PicturePreparation = PicturePreparation()
  ) throws -> NumericArray {
    let format = try Format(of: path)
    if let rows {
      guard case .hdf5 = format else {
        return try read(path, key: key, pictures: preparation).rows(rows)
      }
      return try HDF5File(reading: path).numbers(at: choose(key, in: path, format), rows: rows)
    }
    switch format {
    case .npy, .idx, .text:
      if let key { throw ArrayFileError.noKeys(path: path, key: key) }
      return switch format {
      case .npy: try NPYFile.read(path)
      case .idx: try IDXFile.read(path)
      default: try AMATFile.read(path)
      }
    case .npz, .mat, .hdf5, .torch, .pictures:
      return try read(path, choose(key, in: path, format), format, preparation)
    }
  }

  /// The names of the arrays of a file; none when it holds a single one without a name.
  ///
  /// Throws as `read` does.
  public static func names(in path: String) throws -> [String] {
    switch try Format(of: path) {
    case .npy, .idx, .text: []
    case .npz: try NPZFile(path).names
    case .mat: try MATFile.names(in: path)
    case .hdf5: try HDF5File(reading: path).datasets()
    case .torch: try TorchFile(path).names
    case .pictures:
      try ImageFolder(path).labels.isEmpty ? [images] : [images, labels, positions]
    }
  }

  /// Whether a path is a folder, or an archive of one.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  public static func isFolder(_ path: String) throws -> Bool {
    try Format(of: path) == .pictures
  }

  private static let images = "images"
  private static let labels = "labels"
  private static let positions = "positions"

  private static func choose(
    _ key: String?, in path: String, _ format: Format
  ) throws -> String {
    // Listed once, as an archive must be read for it.
    if format == .pictures, key == nil || key == images { return images }
    let names = try names(in: path)
    if let key {
      guard names.contains(key) else {
        throw ArrayFileError.missing(path: path, key: key, available: names)
      }
      return key
    }
    guard names.count == 1 else {
      throw ArrayFileError.keyNeeded(path: path, available: names)
    }
    return names[0]
  }

  private static func read(
    _ path: String, _ key: String, _ format: Format, _ preparation: PicturePreparation
  ) throws -> NumericArray {
    switch format {
    case .npz: return try NPZFile(path).read(key)
    case .mat: return try MATFile.read(path, name: key)
    case .hdf5: return try HDF5File(reading: path).numbers(at: key)
    case .torch: return try TorchFile(path).read(key)
    default:
      let folder = try ImageFolder(path)
      if key == images { return try folder.read(preparation) }
      let numbers = key == labels ? folder.labels : folder.positions
      return try NumericArray(numbers.map(Int64.init), shape: [numbers.count])
    }
  }
}

/// What a path holds.
private enum Format {
  case npy
  case npz
  case idx
  case mat
  case hdf5
  case torch
  case text
  /// A folder, or an archive of one.
  case pictures

  init(of path: String) throws {
    let status = try OpenFile(path, O_RDONLY, to: "open").status()
    guard status.st_mode & S_IFMT != S_IFDIR else {
      self = .pictures
      return
    }
    let start = try FileSource(path).prefix(512)
    // What is no valid gzip file either is left to the reader that its name asks for.
    let inner = Gzip.isGzip(start) ? try? InflatingSource(FileSource(path), .gzip).prefix(512) : nil
    guard
      let format = Self.format(start) ?? inner.flatMap(Self.contentOfGzip)
        ?? Self.format(ofName: path)
    else {
      throw ArrayFileError.notRecognised(
        path: path,
        expected:
          "a file of arrays (NPY, NPZ, IDX, MATLAB, HDF5, PyTorch or text), nor a tar archive")
    }
    // Both are zip archives; one that is damaged is left to either reader.
    let isTorch = format == .npz && (try? ZipArchive(path))?.isTorch == true
    self = isTorch ? .torch : format
  }

  private static func format(_ start: [UInt8]) -> Format? {
    if start.starts(with: [0x89] + "HDF\r\n".utf8) { return .hdf5 }
    if start.starts(with: "PK\u{3}\u{4}".utf8) || start.starts(with: "PK\u{5}\u{6}".utf8) {
      return .npz
    }
    if TorchFile.isLegacy(start) { return .torch }
    if ArchiveFile.isCompressed(start) { return .pictures }
    return MATFile.isMAT(start) ? .mat : contentOfGzip(start)
  }

  private static func contentOfGzip(_ start: [UInt8]) -> Format? {
    if NPYFile.isNPY(start) { return .npy }
    if IDXFile.isIDX(start) { return .idx }
    if ArchiveFile.isTar(start) { return .pictures }
    return AMATFile.isText(start) ? .text : nil
  }

  private static func format(ofName path: String) -> Format? {
    let name = AtomicFile.split(path).name.lowercased()
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    switch plain.split(separator: ".").last {
    case "npy": return .npy
    case "npz": return .npz
    case "idx": return .idx
    case "mat": return .mat
    case "h5", "hdf5": return .hdf5
    case "pth", "pt": return .torch
    case "amat", "txt": return .text
    case "tar", "tgz": return .pictures
    default: return plain.hasSuffix("ubyte") ? .idx : nil
    }
  }
}
