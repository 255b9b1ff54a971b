import Foundation
import Testing

@testable import Files

/// Files of PyTorch's, which Scripts/reference/torch_files.py makes, and such as nobody should make.
@Suite struct TorchFileTests {
  private static let kinds = ["u1", "i1", "i2", "i4", "i8", "f4", "f8"]

  @Test(arguments: ["zip.pth", "legacy.pth"])
  func everyTypeIsRead(name: String) throws {
    try withFixture(name) { path throws in
      let file = try TorchFile(path)
      // What is no tensor is passed over.
      #expect(
        file.names == Self.kinds + [
          "bool", "half", "scalar", "empty", "parameter", "cube", "part", "turned",
        ])
      for name in Self.kinds + ["bool", "scalar", "empty", "cube"] {
        #expect(try file.read(name) == referenceArray(name), "\(name)")
      }
      #expect(try file.read("half") == NumericArray([Float(1), -2, 65504], shape: [3]))
      #expect(try file.read("parameter") == NumericArray([Float(1), 2], shape: [2]))
      // Six of the numbers of the cube, whose storage it shares.
      #expect(
        try file.read("part") == NumericArray((5..<11).map(Int32.init), shape: [1, 2, 3]))
      #expect(
        arrayMessage { try file.read("turned") }.contains(
          "holds a tensor (turned) whose numbers are not row by row, which cannot be read here"))
      #expect(
        arrayMessage { try file.read("epoch") }.contains("has no array 'epoch'. Name one of: u1, "))
    }
  }

  @Test func statesOfModulesAreRead() throws {
    try withFixture("module.pth") { path throws in
      let file = try TorchFile(path)
      #expect(file.names == ["weight", "bias"])
      #expect(try file.read("weight") == NumericArray([Float(0.25), -4], shape: [1, 2]))
      #expect(try file.read("bias") == NumericArray([Float(0.5)], shape: [1]))
    }
  }

  /// As it was written under Python 2: a dictionary of a list of pairs, parameters, tensors of a GPU.
  @Test func oldFilesAreRead() throws {
    try withFixture("python2.pth") { path throws in
      let file = try TorchFile(path)
      #expect(file.names == ["a.weight", "a.bias"])
      #expect(try file.read("a.weight") == NumericArray([Float(1), 2, 3, 4], shape: [1, 4, 1]))
      #expect(try file.read("a.bias") == NumericArray([Float(5), 6, 7, 8], shape: [4]))
    }
  }

  /// Nothing that a pickle names is called but what makes tensors and dictionaries.
  @Test(arguments: ["hostile.pth", "hostile4.pth", "hostile-legacy.pth"])
  func programsAreRefused(name: String) throws {
    try withFixture(name) { path throws in
      #expect(
        arrayMessage { try TorchFile(path) }
          == "\(path) holds the Python object 'posix.system' (a pickle could run any program), which "
          + "cannot be read here. Save a dictionary of tensors from Python "
          + "(torch.save(model.state_dict(), …)).")
    }
  }

  @Test func otherNumbersAreRefused() throws {
    try withFixture("bfloat16.pth") { path throws in
      #expect(
        arrayMessage { try TorchFile(path) }.contains(
          "holds numbers of the type 'BFloat16Storage', which cannot be read here"))
    }
  }

  @Test func namesOfObjectsCannotSpoilAMessage() throws {
    let message = try pickled("c\u{1B}[2J" + String(repeating: "a", count: 200) + "\nb\n.")
    #expect(
      message.contains("object '[2J" + String(repeating: "a", count: 57) + ".b'"), "\(message)")
    #expect(try pickled("c" + String(repeating: "a", count: 300)).contains("a name does not end"))
  }

  /// The message for a file of the older form whose state is this pickle.
  private func pickled(_ text: String) throws -> String { try pickled(Array(text.utf8)) }

  private func pickled(_ bytes: [UInt8]) throws -> String {
    var file: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    // The version, 1001, and nothing of the machine.
    file += [0x80, 2, 0x4D, 0xE9, 0x03, 0x2E, 0x7D, 0x2E]
    file += bytes
    return try withFile("a.pth", file) { path throws in
      arrayMessage { try TorchFile(path) }
    }
  }

  @Test(arguments: [
    ("", "ends too early"), ("0.", "instruction 0x30"), (".", "empty stack"), ("t.", "a mark"),
    ("(.", "empty stack"), ("K\u{1}a", "empty stack"), ("K\u{1}K\u{2}a", "no list"),
    ("K\u{1}K\u{2}K\u{3}s", "no dictionary"), ("h\u{5}.", "has not kept"),
    ("K\u{1})R.", "calls what is no function"), ("K\u{1}Q.", "a tuple is expected"),
    (")Q.", "a storage is not described"), ("U\u{9}abc", "ends too early"),
    ("ctorch\nFloatStorage\n)R.", "storage of its own"),
    ("ctorch._utils\n_rebuild_tensor\n)R.", "a tensor is not described"),
    ("ccollections\nOrderedDict\n}\u{85}R.", "something else than a list"),
    ("K\u{1}.", "holds something else than a dictionary of tensors"),
    ("\u{80}", "ends too early"), ("NNb", "attributes to what has none"),
  ])
  func picklesThatMakeNoSense(text: String, expected: String) throws {
    // Characters above 127 stand for bytes.
    let bytes = text.unicodeScalars.map { UInt8($0.value) }
    // A state is followed by the keys of its storages.
    let message = try pickled(bytes + (expected.hasPrefix("holds") ? [0x5D, 0x2E] : []))
    #expect(message.contains(expected), "\(message)")
  }

  /// Nesting costs no stack, and copies of copies end.
  @Test func hostileShapesAreRefused() throws {
    var nested = Array(")".utf8)
    nested += [UInt8](repeating: 0x85, count: 1_000_000)
    nested += Array(".].".utf8)
    #expect(try pickled(nested).contains("something else than a dictionary"))
    var chain = Array("]q\u{1}".utf8)
    for _ in 0..<400_000 { chain += Array("]a".utf8) }
    #expect(try pickled(chain).contains("ends too early"))
    // A list of 1,000 pairs, of which dictionaries are made over and over.
    var copies = Array("ccollections\nOrderedDict\nq\u{1}](".utf8)
    for _ in 0..<1000 { copies += Array("NN".utf8) + [0x86] }
    copies += Array("e".utf8) + [0x85] + Array("q\u{2}".utf8)
    for _ in 0..<100_000 { copies += Array("h\u{1}h\u{2}R".utf8) }
    #expect(try pickled(copies).contains("more elements than a state has"))
  }

  @Test(arguments: ["zip.pth", "legacy.pth", "module.pth", "python2.pth"])
  func damageIsFound(name: String) throws {
    let whole = try fixture(name)
    for length in stride(from: 0, to: whole.count, by: whole.count > 1000 ? 37 : 1) {
      try withFile("a.pth", whole.prefix(length)) { path throws in
        #expect(arrayMessage { try TorchFile(path) }.hasSuffix("file again."), "\(length)")
      }
    }
    try withFile("a.pth", whole + [0]) { path throws in
      #expect(arrayMessage { try TorchFile(path) }.hasSuffix("."))
    }
  }

  @Test func numbersThatAreAlteredAreFound() throws {
    var data = try fixture("module.pth")
    // The first byte of 0.25, which the archive has a checksum of.
    let number = try #require(data.firstRange(of: [0, 0, 0x80, 0x3E, 0, 0, 0x80, 0xC0]))
    data[number.lowerBound] ^= 1
    try withFile("a.pth", data) { path throws in
      let file = try TorchFile(path)
      #expect(arrayMessage { try file.read("weight") }.contains("its checksum is wrong"))
      #expect(try file.read("bias").count == 1)
    }
  }

  /// A description may not reach beyond its storage, whatever its numbers are.
  @Test func tensorsMustFitInTheirStorages() throws {
    let data = try fixture("python2.pth")
    // The lengths of a.weight: (1, 4, 1) and its offset before them.
    let place = try #require(data.firstRange(of: Array("K\0(K\u{1}K\u{4}K\u{1}t".utf8)))
    for (offset, length) in [(0, 5), (1, 4), (255, 255), (4, 1)] {
      var wrong = data
      wrong[place.lowerBound + 1] = UInt8(offset)
      wrong[place.lowerBound + 6] = UInt8(length)
      try withFile("a.pth", wrong) { path throws in
        let message = arrayMessage { try TorchFile(path).read("a.weight") }
        #expect(message.contains("a.weight: it does not fit in its storage"), "\(message)")
      }
    }
    var right = data
    right[place.lowerBound + 1] = 2
    right[place.lowerBound + 6] = 2
    try withFile("a.pth", right) { path throws in
      #expect(
        try TorchFile(path).read("a.weight") == NumericArray([Float(3), 4], shape: [1, 2, 1]))
    }
  }
}
