import Foundation
import Testing

@testable import Files

/// Whatever is done to a file of arrays, it is read or says what is wrong, soon and in little memory.
@Suite struct ArrayFuzzTests {
  /// Damaged inputs of every format; the variable raises it for longer searches.
  static let inputs =
    ProcessInfo.processInfo.environment["PRIORLAB_FUZZ_INPUTS"].flatMap(Int.init) ?? 2000

  // The HDF5 library itself can crash on files in its oldest format, which has no checksums; so only
  // files of our own stand for HDF5.
  /// A format with small files of it, and how one is read whole.
  private static let formats:
    [(name: String, seeds: [String], read: @Sendable (String) throws -> Int)] = [
      (
        "idx", ["u1.idx", "i2.idx", "f8.idx", "one.idx.gz", "two.idx.gz"],
        { try IDXFile.read($0).count }
      ),
      ("npy", ["version1.npy", "version2.npy", "one.npy.gz"], { try NPYFile.read($0).count }),
      (
        "npz", ["stored.npz", "deflated.npz", "zip64.npz", "others.npz"],
        { path in
          let file = try NPZFile(path)
          return try all(file.names) { try file.read($0).count }
        }
      ),
      (
        "mat", ["plain.mat", "compressed.mat", "narrow.mat", "big.mat"],
        { path in try all(MATFile.names(in: path)) { try MATFile.read(path, name: $0).count } }
      ),
      (
        "torch", ["zip.pth", "legacy.pth", "module.pth", "python2.pth"],
        { path in
          let file = try TorchFile(path)
          return try all(file.names) { try file.read($0).count }
        }
      ),
      ("amat", ["numbers.amat", "one.idx.gz"], { try AMATFile.read($0).count }),
      ("gzip", ["one.idx.gz", "two.idx.gz"], { try decompressed($0).count }),
      (
        "hdf5", ["ours.h5"],
        { path in
          let file = try HDF5File(reading: path)
          return try all(file.datasets()) { try file.numbers(at: $0).count }
        }
      ),
      (
        "any",
        arrayFixtures.keys.filter { !$0.hasSuffix(".h5") && $0 != "matlab73.mat" }.sorted() + [
          "numbers.amat", "zip.pth", "legacy.pth",
        ],
        { path in
          let names = try ArrayFile.names(in: path)
          if names.isEmpty { return try ArrayFile.read(path).count }
          return try all(names) { try ArrayFile.read(path, key: $0).count }
        }
      ),
    ]

  /// Reads all arrays, also when some cannot be; throws the first error.
  private static func all(_ names: [String], _ read: (String) throws -> Int) throws -> Int {
    var failure: (any Error)?
    var count = 0
    for name in names.prefix(40) {
      do { count += try read(name) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    return count
  }

  @Test(arguments: formats.map(\.name))
  func damagedFilesAreReadOrRefused(name: String) throws {
    let format = try #require(Self.formats.first { $0.name == name })
    let seeds = try format.seeds.map(seed)
    // A fixed seed for each format, so that a failure comes again.
    var random = SeededRandom(state: name.utf8.reduce(20_240_229) { $0 * 31 + UInt64($1) })
    var tally = (read: 0, refused: 0)
    try withTemporaryDirectory { directory in
      let path = directory + "/a"
      for round in 0..<Self.inputs {
        let bytes = Mutator.mutate(
          seeds[round % seeds.count], beside: seeds.randomElement(using: &random) ?? [], &random)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let start = processorSeconds()
        do {
          // Seeds have a few hundred numbers: more than a thousandfold of the file cannot be right.
          let count = try format.read(path)
          tally.read += 1
          #expect(count <= 1040 * 40 * max(bytes.count, 100), "input \(round)")
        } catch {
          tally.refused += 1
          let isExpected =
            error is ArrayFileError || error is FileError || error is HDF5Error
            || error is PNGError
          #expect(isExpected && "\(error)".hasSuffix("."), "input \(round): \(error)")
        }
        let time = processorSeconds() - start
        #expect(time < 1, "input \(round) took \(time) s")
      }
    }
    // Both outcomes occur, else the mutator or the reader would be of no use.
    #expect(tally.read > 0 && tally.refused > Self.inputs / 20, "\(name): \(tally)")
  }

  @Test func damagedPicturesInFoldersAreReadOrRefused() throws {
    var random = SeededRandom(state: 7)
    var refused = 0
    try withTemporaryDirectory { directory in
      let pixels = (0..<192).map { UInt8($0) }
      for name in ["1.png", "2.png"] {
        try PNGImage(width: 8, height: 8, channels: 3, pixels: pixels).write(
          to: "\(directory)/\(name)")
      }
      let seed = [UInt8](try contents(directory + "/1.png"))
      for round in 0..<Self.inputs {
        let bytes = Mutator.mutate(seed, beside: seed, &random)
        try Data(bytes).write(to: URL(fileURLWithPath: directory + "/1.png"))
        do {
          #expect(try ImageFolder(directory).read().shape == [2, 3, 8, 8], "input \(round)")
        } catch is PNGError {
          refused += 1
        } catch is ArrayFileError {
          refused += 1
        }
      }
    }
    #expect(refused > Self.inputs / 2)
  }

  /// Archives of pictures and of motion, with any bytes altered.
  @Test func damagedArchivesAreReadOrRefused() throws {
    var random = SeededRandom(state: 11)
    var refused = 0
    try withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        atPath: directory + "/1", withIntermediateDirectories: true)
      try PNGImage(width: 8, height: 8, channels: 1, pixels: [UInt8](repeating: 7, count: 64))
        .write(to: directory + "/1/a.png")
      try Data(MotionTests.recording.utf8).write(
        to: URL(fileURLWithPath: directory + "/1/1_1.amc"))
      try Data(MotionTests.skeleton.utf8).write(to: URL(fileURLWithPath: directory + "/1/1.asf"))
      for suffix in ["tar", "tar.xz"] {
        let path = "\(directory)/a.\(suffix)"
        #expect(try run(["tar", "-caf", path, "-C", directory, "1"]).status == 0)
        let seed = [UInt8](try contents(path))
        for round in 0..<Self.inputs / 2 {
          try Data(Mutator.mutate(seed, beside: seed, &random)).write(
            to: URL(fileURLWithPath: path))
          do {
            #expect(try ImageFolder(path).read().count <= 1040 * 1040, "input \(round)")
            _ = try MotionFiles.read(["1/1_1.amc"], in: path)
          } catch {
            refused += 1
            #expect(
              error is ArrayFileError || error is PNGError || error is FileError,
              "input \(round): \(error)")
          }
        }
      }
    }
    #expect(refused > Self.inputs / 4)
  }

  /// The time that this thread has worked, which other programs do not lengthen.
  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func seed(_ name: String) throws -> [UInt8] {
    switch name {
    case "numbers.amat": return Array("0 1 0.25 -3e2\n7 8.5 255 1e-3\n nan 2 3 4\n".utf8)
    case "ours.h5":
      return try withTemporaryDirectory { directory in
        let file = try HDF5File(creating: directory + "/a.h5")
        try file.write(
          (0..<200).map { UInt8($0) }, shape: [10, 20], at: "a/bytes", compressed: true)
        try file.write([1.5, 2], shape: [2], at: "b")
        try file.close()
        return [UInt8](try contents(directory + "/a.h5"))
      }
    default: return [UInt8](try fixture(name))
    }
  }
}

/// Damage of the kinds that happen and that readers get wrong.
enum Mutator {
  static func mutate(
    _ seed: [UInt8], beside other: [UInt8], _ random: inout SeededRandom
  ) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let at = place(in: bytes, &random)
      let length = Int.random(in: 1...min(64, bytes.count - at), using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes.removeLast(bytes.count - at)
      case 3: bytes.removeSubrange(at..<at + length)
      case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
      case 5: setLength(&bytes, at, &random)
      case 6 where !other.isEmpty:
        let from = place(in: other, &random)
        bytes.replaceSubrange(at..., with: other[from...])
      default:
        let to = place(in: bytes, &random)
        bytes.insert(contentsOf: bytes[at..<at + length], at: to)
      }
    }
    return bytes
  }

  /// Overwrites what may be a length by one that is extreme or nearly right, in either byte order.
  private static func setLength(_ bytes: inout [UInt8], _ at: Int, _ random: inout SeededRandom) {
    let width = [1, 2, 4, 8].randomElement(using: &random) ?? 4
    let extremes: [UInt64] = [
      0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40, 1 << 62,
      1 << 63, .max, UInt64(bytes.count),
    ]
    let value = extremes.randomElement(using: &random) ?? 0
    let isBigEndian = Bool.random(using: &random)
    for index in 0..<min(width, bytes.count - at) {
      let shift = 8 * (isBigEndian ? width - 1 - index : index)
      bytes[at + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
    }
  }

  /// Any place, but more often one near an end, where headers and tables of contents are.
  private static func place(in bytes: [UInt8], _ random: inout SeededRandom) -> Int {
    let near = min(bytes.count, 160)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: return Int.random(in: 0..<near, using: &random)
    case 1: return bytes.count - Int.random(in: 1...near, using: &random)
    default: return Int.random(in: 0..<bytes.count, using: &random)
    }
  }
}

/// A small generator with a fixed seed.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
