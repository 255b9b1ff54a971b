import Foundation

/// Numbers that tensors share, as a file of PyTorch's describes them.
struct TorchStorage: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case float32, float64, half, uint8, int8, int16, int32, int64, boolean

    /// How the numbers are stored.
    var type: NumericType {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .half: .uint16
      case .uint8, .boolean: .uint8
      case .int8: .int8
      case .int16: .int16
      case .int32: .int32
      case .int64: .int64
      }
    }
  }

  let key: String
  let kind: Kind
  let count: Int
}

/// A tensor in a storage; lengths and strides in numbers.
struct TorchTensor: Equatable, Sendable {
  let storage: TorchStorage
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// Whether the numbers lie row by row, with nothing between them.
  var isRowMajor: Bool {
    guard NumericArray.count(of: shape) != 0 else { return true }
    var step = 1
    for (length, stride) in zip(shape, strides).reversed() where length != 1 {
      if stride != step { return false }
      let (product, overflow) = step.multipliedReportingOverflow(by: length)
      if overflow { return false }
      step = product
    }
    return true
  }
}

/// Dictionaries of tensors as `torch.save` writes them (`.pth`, `.pt`): the zip archive of PyTorch 1.6 and
/// newer, and the form before it. Nothing of them is run.
public struct TorchFile: Sendable {
  /// The names of the tensors, in the order of the dictionary.
  public let names: [String]

  private let path: String
  private let tensors: [String: TorchTensor]
  private let contents: Contents
  private let isBigEndian: Bool

  private static let words = "a file of tensors, as PyTorch saves them"

  /// Where the numbers of a storage are.
  private enum Contents {
    /// Members of this folder of an archive.
    case archive(ZipArchive, folder: String)
    /// Parts of the file itself, by the storages' keys.
    case parts(OpenFile, [String: Range<Int>])
  }

  /// Opens a file, reading what describes the tensors.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  public init(_ path: String) throws {
    let start = try FileSource(path).prefix(Self.legacyStart.count)
    guard Self.isLegacy(start) || start.starts(with: "PK".utf8) else {
      throw ArrayFileError.notRecognised(path: path, expected: Self.words)
    }
    try self.init(path, isLegacy: Self.isLegacy(start))
  }

  private init(_ path: String, isLegacy: Bool) throws {
    self.path = path
    var unpickler: Unpickler
    let value: Unpickler.Value
    if isLegacy {
      let file = try OpenFile(path, O_RDONLY, to: "open")
      let size = Int(try file.status().st_size)
      let head = try file.read(min(size, Unpickler.mostBytes), at: 0)
      unpickler = Unpickler(head.dropFirst(Self.legacyStart.count), path: path)
      isBigEndian = try Self.readSystem(&unpickler)
      value = try unpickler.read()
      let list = try unpickler.read()
      let keys = try unpickler.items(of: list)
      contents = .parts(
        file, try Self.parts(keys, unpickler, file, from: unpickler.rest.startIndex, size: size))
    } else {
      let archive = try ZipArchive(path)
      guard let member = archive.pickle else {
        throw ArrayFileError.notRecognised(path: path, expected: Self.words)
      }
      guard member.size <= Unpickler.mostBytes else {
        throw ArrayFileError.damaged(
          path: path, reason: "its pickle has \(member.size) bytes, more than a state has")
      }
      let folder = String(member.name.dropLast(ZipArchive.pickleName.count))
      let source = try archive.contents(of: member)
      unpickler = Unpickler(try source.bytes(member.size)[...], path: path)
      try source.end()
      value = try unpickler.read()
      isBigEndian = try archive.text(of: folder + "byteorder", atMost: 16) == "big"
      contents = .archive(archive, folder: folder)
    }
    guard case .dictionary(let place) = value else {
      throw ArrayFileError.unsupported(
        path: path, what: "something else than a dictionary of tensors",
        remedy: "Save one from Python (torch.save(model.state_dict(), …))")
    }
    var names: [String] = []
    var tensors: [String: TorchTensor] = [:]
    for (key, value) in unpickler.dictionaries[place] {
      guard case .text(let name) = key, case .tensor(let place) = value else { continue }
      if tensors.updateValue(unpickler.tensors[place], forKey: name) == nil { names.append(name) }
    }
    self.names = names
    self.tensors = tensors
  }

  /// Reads the tensor of the given name.
  ///
  /// Throws `FileError` or `ArrayFileError`.
  public func read(_ name: String) throws -> NumericArray {
    guard let tensor = tensors[name] else {
      throw ArrayFileError.missing(path: path, key: name, available: names)
    }
    func damaged(_ reason: String) -> ArrayFileError {
      .damaged(path: path, reason: "\(name.prefix(100)): \(reason)")
    }
    guard tensor.isRowMajor else {
      throw ArrayFileError.unsupported(
        path: path, what: "a tensor (\(name.prefix(100))) whose numbers are not row by row",
        remedy: "Save it from Python after .contiguous()")
    }
    let storage = tensor.storage
    let size = storage.kind.type.size
    guard let count = NumericArray.count(of: tensor.shape), tensor.offset >= 0,
      tensor.offset <= storage.count, count <= storage.count - tensor.offset,
      case (let bytes, let overflow) = storage.count.multipliedReportingOverflow(by: size),
      !overflow
    else { throw damaged("it does not fit in its storage") }
    let source: any ByteSource
    switch contents {
    case .archive(let archive, let folder):
      guard let member = archive.members.first(where: { $0.name == folder + "data/" + storage.key })
      else { throw damaged("its storage is missing") }
      guard member.size == bytes else {
        throw damaged("its storage has \(member.size) bytes, where \(bytes) are described")
      }
      source = try archive.contents(of: member)
    case .parts(let file, let parts):
      guard let part = parts[storage.key], part.count == bytes else {
        throw damaged("its storage is missing")
      }
      source = FileSource(file, part)
    }
    try source.skip(tensor.offset * size)
    let array = try ArrayLayout(
      type: storage.kind.type, shape: tensor.shape, isBigEndian: isBigEndian,
      isBoolean: storage.kind == .boolean, isHalf: storage.kind == .half
    ).read(from: source)
    try source.skip((storage.count - tensor.offset - count) * size)
    try source.end()
    return array
  }

  // MARK: The form before PyTorch 1.6

  /// A pickle of the number 0x1950a86a20f9469cfc6c.
  private static let legacyStart: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  static func isLegacy(_ start: [UInt8]) -> Bool { start.starts(with: legacyStart) }

  /// The version and what is said of the machine; returns whether it was a big-endian one.
  private static func readSystem(_ unpickler: inout Unpickler) throws -> Bool {
    guard case .integer(1001) = try unpickler.read() else {
      throw unpickler.damaged("it is of another version than 1001")
    }
    guard case .dictionary(let place) = try unpickler.read() else {
      throw unpickler.damaged("nothing is said of the machine")
    }
    for case (.text("little_endian"), .bool(false)) in unpickler.dictionaries[place] { return true }
    return false
  }

  /// Where the storages are: each follows its number of numbers, in the order of the keys.
  private static func parts(
    _ keys: [Unpickler.Value], _ unpickler: Unpickler, _ file: OpenFile, from start: Int, size: Int
  ) throws -> [String: Range<Int>] {
    var described: [String: TorchStorage] = [:]
    for storage in unpickler.storages {
      if let other = described.updateValue(storage, forKey: storage.key), other != storage {
        throw unpickler.damaged("two storages have one key")
      }
    }
    var parts: [String: Range<Int>] = [:]
    var position = start
    for key in keys {
      guard case .text(let key) = key, parts[key] == nil, let storage = described[key] else {
        throw unpickler.damaged("a storage is listed that it does not describe")
      }
      let head = try file.read(8, at: position)
      guard head.count == 8, head.unsigned() == UInt64(storage.count),
        case (let bytes, let overflow) = storage.count.multipliedReportingOverflow(
          by: storage.kind.type.size),
        !overflow, bytes <= size - position - 8
      else {
        throw ArrayFileError.damaged(
          path: file.path, reason: "a storage is cut off or not described")
      }
      parts[key] = position + 8..<position + 8 + bytes
      position += 8 + bytes
    }
    guard position == size else {
      throw ArrayFileError.damaged(
        path: file.path, reason: "there is more in it than it declares")
    }
    return parts
  }
}

extension ZipArchive {
  fileprivate static let pickleName = "data.pkl"

  /// What describes the tensors, in a folder of any name.
  fileprivate var pickle: Member? {
    members.first { member in
      let parts = member.name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[1] == Self.pickleName
    }
  }

  /// Whether it is one of PyTorch's.
  var isTorch: Bool { pickle != nil }

  /// A short text, or nil where there is no such member.
  fileprivate func text(of name: String, atMost: Int) throws -> String? {
    guard let member = members.first(where: { $0.name == name }), member.size <= atMost else {
      return nil
    }
    return String(decoding: try contents(of: member).bytes(member.size), as: UTF8.self)
  }
}

extension ByteSource {
  /// Passes over so many bytes.
  fileprivate func skip(_ count: Int) throws {
    var left = count
    while left > 0 { left -= try bytes(min(left, 1 << 16)).count }
  }
}
