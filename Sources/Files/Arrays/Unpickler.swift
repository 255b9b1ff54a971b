import Foundation

/// Reads the pickles in which PyTorch keeps dictionaries of tensors, and runs nothing.
///
/// A pickle is a program for a small machine with a stack. Its danger is that it may name any function of
/// Python and have it called. Here the names of a handful stand for values of our own, and every other is
/// refused; of the machine's instructions there are those that such dictionaries need. Lists, tuples and
/// dictionaries are numbers of places in arrays, so that nothing that a file nests goes deep here.
struct Unpickler {
  /// What is on the stack.
  enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    case real
    case text(String)
    /// Places in `tuples`, `lists`, `dictionaries`, `storages` and `tensors`.
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case storage(Int)
    case tensor(Int)
    case global(Global)
  }

  /// What a name of Python's stands for.
  enum Global: Equatable {
    case orderedDictionary
    case rebuildTensor
    /// `Parameter` and the function that makes one: the tensor in it.
    case parameter
    case storageClass(TorchStorage.Kind)
  }

  private(set) var tuples: [[Value]] = []
  private(set) var lists: [[Value]] = []
  private(set) var dictionaries: [[(key: Value, value: Value)]] = []
  private(set) var storages: [TorchStorage] = []
  private(set) var tensors: [TorchTensor] = []

  /// The bytes after the last pickle that was read.
  private(set) var rest: ArraySlice<UInt8>

  private let path: String
  private var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]
  /// Elements that were put into tuples, lists and dictionaries.
  private var elements = 0

  /// The largest pickle that is read; those of large models have some hundred kilobytes.
  static let mostBytes = 1 << 22
  /// More elements than the dictionary of a large model has: a pickle can copy a list many times over.
  private static let mostElements = 1 << 20
  private static let mostTensors = 20_000

  /// - Parameter path: the file, for messages.
  init(_ bytes: ArraySlice<UInt8>, path: String) {
    rest = bytes
    self.path = path
  }

  func damaged(_ reason: String) -> ArrayFileError {
    .damaged(path: path, reason: "its pickle: " + reason)
  }

  private func unsupported(_ what: String) -> ArrayFileError {
    .unsupported(
      path: path, what: what,
      remedy: "Save a dictionary of tensors from Python (torch.save(model.state_dict(), …))")
  }

  /// Reads one pickle to its end.
  mutating func read() throws -> Value {
    stack = []
    marks = []
    memo = [:]
    while true {
      let code = try byte()
      if code == UInt8(ascii: ".") { return try pop() }
      try execute(code)
    }
  }

  // MARK: Instructions

  private mutating func execute(_ code: UInt8) throws {
    switch code {
    case 0x80:
      let version = try byte()
      if version > 5 { throw unsupported("a pickle of protocol \(version)") }
    case 0x95: _ = try take(8)  // the length of a frame
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"): stack.append(.integer(try length(1)))
    case UInt8(ascii: "M"): stack.append(.integer(try length(2)))
    case UInt8(ascii: "J"):
      stack.append(.integer(Int(Int32(truncatingIfNeeded: try length(4)))))
    case 0x8A: stack.append(.integer(try long()))
    case UInt8(ascii: "G"):
      _ = try take(8)
      stack.append(.real)
    case UInt8(ascii: "U"), 0x8C: stack.append(.text(try text(length(1))))
    case UInt8(ascii: "T"), UInt8(ascii: "X"): stack.append(.text(try text(length(4))))
    case UInt8(ascii: "q"): memo[try length(1)] = try top()
    case UInt8(ascii: "r"): memo[try length(4)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): stack.append(try remembered(length(1)))
    case UInt8(ascii: "j"): stack.append(try remembered(length(4)))
    case UInt8(ascii: ")"): try pushTuple([])
    case 0x85: try pushTuple([pop()])
    case 0x86: try pushTuple(pop(2))
    case 0x87: try pushTuple(pop(3))
    case UInt8(ascii: "t"): try pushTuple(popToMark())
    case UInt8(ascii: "]"):
      lists.append([])
      stack.append(.list(lists.count - 1))
    case UInt8(ascii: "a"): try append([pop()])
    case UInt8(ascii: "e"): try append(popToMark())
    case UInt8(ascii: "}"): pushDictionary()
    case UInt8(ascii: "s"): try set(pop(2))
    case UInt8(ascii: "u"): try set(popToMark())
    case UInt8(ascii: "c"):
      let module = try line()
      stack.append(.global(try global(module, line())))
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw damaged("a name is no text")
      }
      stack.append(.global(try global(module, name)))
    case UInt8(ascii: "R"), 0x81:
      let arguments = try pop()
      try call(pop(), try items(of: arguments))
    case UInt8(ascii: "b"):
      // Attributes of a dictionary, or whether a parameter is trained: nothing that counts here.
      _ = try pop()
      switch try top() {
      case .dictionary, .tensor: break
      default: throw damaged("it gives attributes to what has none")
      }
    case UInt8(ascii: "Q"):
      let id = try pop()
      try pushStorage(items(of: id))
    default:
      throw unsupported("a pickle with the instruction 0x" + String(code, radix: 16))
    }
  }

  private mutating func call(_ callee: Value, _ arguments: [Value]) throws {
    guard case .global(let global) = callee else { throw damaged("it calls what is no function") }
    switch global {
    case .orderedDictionary:
      pushDictionary()
      guard let argument = arguments.first else { return }
      guard arguments.count == 1, case .list(let place) = argument else {
        throw damaged("a dictionary is made of something else than a list")
      }
      for pair in lists[place] {
        let pair = try items(of: pair)
        guard pair.count == 2 else { throw damaged("a list for a dictionary has no pairs") }
        try set(pair)
      }
    case .rebuildTensor: try pushTensor(arguments)
    case .parameter:
      guard let argument = arguments.first, case .tensor = argument else {
        throw damaged("a parameter is no tensor")
      }
      stack.append(argument)
    case .storageClass: throw damaged("it makes storage of its own")
    }
  }

  private static let storageClasses: [String: TorchStorage.Kind] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .half,
    "ByteStorage": .uint8, "CharStorage": .int8, "ShortStorage": .int16, "IntStorage": .int32,
    "LongStorage": .int64, "BoolStorage": .boolean,
  ]

  private func global(_ module: String, _ name: String) throws -> Global {
    switch (module, name) {
    case ("collections", "OrderedDict"): return .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
      return .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"), ("torch.nn.parameter", "Parameter"):
      return .parameter
    case ("torch", _):
      if let kind = Self.storageClasses[name] { return .storageClass(kind) }
      if name.hasSuffix("Storage") {
        throw unsupported("numbers of the type '\(Self.printable(name))'")
      }
    default: break
    }
    throw unsupported(
      "the Python object '\(Self.printable(module)).\(Self.printable(name))' (a pickle could run any "
        + "program)")
  }

  /// A name of a file that may hold anything, for a message.
  private static func printable(_ name: String) -> String {
    String(
      name.unicodeScalars.filter { (33..<127).contains($0.value) }.prefix(60).map(Character.init))
  }

  private mutating func pushStorage(_ id: [Value]) throws {
    // ('storage', class, key, device, count), and in the older format a view, which nobody makes any more.
    guard id.count >= 5, case .text("storage") = id[0],
      case .global(.storageClass(let kind)) = id[1],
      case .text(let key) = id[2], case .integer(let count) = id[4], count >= 0
    else { throw damaged("a storage is not described as PyTorch does") }
    if id.count > 5 {
      guard case .none = id[5] else { throw unsupported("a view of another storage") }
    }
    guard storages.count < Self.mostTensors else { throw damaged("it has too many storages") }
    storages.append(TorchStorage(key: key, kind: kind, count: count))
    stack.append(.storage(storages.count - 1))
  }

  private mutating func pushTensor(_ arguments: [Value]) throws {
    guard arguments.count >= 4, case .storage(let place) = arguments[0],
      case .integer(let offset) = arguments[1]
    else { throw damaged("a tensor is not described as PyTorch does") }
    func lengths(_ value: Value) throws -> [Int] {
      let items = try items(of: value)
      guard items.count <= ArrayLayout.mostAxes else { throw damaged("a tensor has too many axes") }
      return try items.map {
        guard case .integer(let length) = $0 else { throw damaged("a length is no whole number") }
        return length
      }
    }
    guard tensors.count < Self.mostTensors else { throw damaged("it has too many tensors") }
    let (shape, strides) = try (lengths(arguments[2]), lengths(arguments[3]))
    guard shape.count == strides.count else { throw damaged("a tensor has axes without strides") }
    tensors.append(
      TorchTensor(storage: storages[place], offset: offset, shape: shape, strides: strides))
    stack.append(.tensor(tensors.count - 1))
  }

  // MARK: The stack

  private func top() throws -> Value {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw damaged("it takes from an empty stack")
    }
    return value
  }

  private mutating func pop() throws -> Value {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [Value] {
    try (0..<count).map { _ in try pop() }.reversed()
  }

  private mutating func popToMark() throws -> [Value] {
    guard let mark = marks.popLast() else { throw damaged("it looks for a mark that is not there") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func count(_ more: Int) throws {
    elements += more
    if elements > Self.mostElements { throw damaged("it has more elements than a state has") }
  }

  private mutating func pushTuple(_ values: [Value]) throws {
    try count(values.count)
    tuples.append(values)
    stack.append(.tuple(tuples.count - 1))
  }

  private mutating func pushDictionary() {
    dictionaries.append([])
    stack.append(.dictionary(dictionaries.count - 1))
  }

  private mutating func append(_ values: [Value]) throws {
    guard case .list(let place) = try top() else { throw damaged("it appends to what is no list") }
    try count(values.count)
    lists[place] += values
  }

  private mutating func set(_ pairs: [Value]) throws {
    guard case .dictionary(let place) = try top(), pairs.count.isMultiple(of: 2) else {
      throw damaged("it sets items of what is no dictionary")
    }
    try count(pairs.count)
    for index in stride(from: 0, to: pairs.count, by: 2) {
      dictionaries[place].append((pairs[index], pairs[index + 1]))
    }
  }

  /// What is in a tuple or a list.
  func items(of value: Value) throws -> [Value] {
    switch value {
    case .tuple(let place): return tuples[place]
    case .list(let place): return lists[place]
    default: throw damaged("a tuple is expected where there is none")
    }
  }

  private func remembered(_ index: Int) throws -> Value {
    guard let value = memo[index] else { throw damaged("it refers to what it has not kept") }
    return value
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw damaged("it ends too early") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func byte() throws -> UInt8 {
    guard let byte = rest.popFirst() else { throw damaged("it ends too early") }
    return byte
  }

  /// An unsigned number of up to 4 bytes.
  private mutating func length(_ bytes: Int) throws -> Int { Int(try take(bytes).unsigned()) }

  /// A number of its own length, which negative numbers fill with ones.
  private mutating func long() throws -> Int {
    let bytes = try take(length(1))
    guard bytes.count <= 8 else { throw damaged("a number is too large") }
    guard let last = bytes.last else { return 0 }
    let sign: UInt64 = last & 0x80 == 0 || bytes.count == 8 ? 0 : .max << UInt64(8 * bytes.count)
    return Int(Int64(bitPattern: bytes.unsigned() | sign))
  }

  private mutating func text(_ count: Int) throws -> String {
    String(decoding: try take(count), as: UTF8.self)
  }

  private mutating func line() throws -> String {
    guard let end = rest.prefix(256).firstIndex(of: UInt8(ascii: "\n")) else {
      throw damaged("a name does not end")
    }
    defer { rest = rest[rest.index(after: end)...] }
    return String(decoding: rest[..<end], as: UTF8.self)
  }
}
