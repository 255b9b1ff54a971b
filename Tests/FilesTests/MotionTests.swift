import Foundation
import Testing

@testable import Files

extension MotionSkeleton {
  init(reading path: String) throws { try self.init(FileSource(path)) }
}

extension MotionRecording {
  init(reading path: String) throws { try self.init(FileSource(path), mostBytes: 1 << 30) }
}

/// ASF and AMC files of a few bones.
@Suite struct MotionTests {
  static let skeleton = """
    # made for a test
    :version 1.10
    :units
      angle deg
    :root
       order TX TY RX
       axis XYZ
    :bonedata
      begin
         id 1
         name hip
         length 2.6
      end
      begin
         name femur
         dof rx ry
         limits (-160.0 20.0)
                (-70.0 70.0)
      end
      begin
         name tibia
         dof rx
      end
    :hierarchy
      begin
        root hip
        hip femur
        femur tibia
      end

    """

  static let recording = """
    #!OML:ASF a.ASF
    :FULLY-SPECIFIED
    :DEGREES
    7
    root 1 2 3
    femur -4.5 5e-1
    tibia 6
    8
    femur 10 11
    root 7 8 9
    tibia 1.2e-015

    """

  private func read<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
    try withFile("a", text.utf8, body)
  }

  @Test func framesAreInTheOrderOfTheFirst() throws {
    // Windows ends lines with two bytes.
    for text in [Self.recording, Self.recording.replacing("\n", with: "\r\n")] {
      let motion = try read(text) { try MotionRecording(reading: $0) }
      #expect(motion.frames == 2 && motion.channels == 6)
      #expect(motion.values == [1, 2, 3, -4.5, 0.5, 6, 7, 8, 9, 10, 11, 1.2e-15])
      let skeleton = try read(Self.skeleton) { try MotionSkeleton(reading: $0) }
      #expect(
        try motion.channelNames(of: skeleton) == [
          "root.tx", "root.ty", "root.rx", "femur.rx", "femur.ry", "tibia.rx",
        ])
    }
  }

  /// Bones that do not move are left out, and the root comes first.
  @Test func bonesOfASkeleton() throws {
    let bones = try read(Self.skeleton) { try MotionSkeleton(reading: $0) }.bones
    #expect(bones.map(\.name) == ["root", "femur", "tibia"])
    #expect(bones.map(\.freedoms) == [["tx", "ty", "rx"], ["rx", "ry"], ["rx"]])
  }

  @Test(arguments: [
    ("root 1 2 3", "", "line 8: frame 7 ends without", "'root'"),
    ("femur 10 11\n", "", "line 11: frame 8 ends without values of 'femur'", ""),
    ("femur 10 11", "femur 10", "line 9: 'femur' has 1 values, where the first frame has 2", ""),
    ("femur 10 11", "femur 10 11 12", "line 9: 'femur' has 3 values", ""),
    ("femur 10 11", "root 1 2 3\nroot 1 2 3", "line 10: frame 8 has 'root' twice", ""),
    ("femur 10 11", "head 1", "line 9: 'head' is no bone of the first frame", ""),
    ("femur 10 11", "femur 10 x", "line 9: 'x' is not a finite number", ""),
    ("femur 10 11", "femur NaN 1", "line 9: 'NaN' is not a finite number", ""),
    ("femur 10 11", "femur inf 1", "line 9: 'inf' is not a finite number", ""),
    ("femur 10 11", "femur 1e999 1", "line 9: '1e999' is not a finite number", ""),
    ("tibia 6", "tibia", "line 7: 'tibia' has no values", ""),
    ("8\n", "9\n", "line 8: frame 9 follows frame 7", ""),
    ("8\n", "7\n", "line 8: frame 7 follows frame 7", ""),
    ("8\n", "8 9\n", "line 8: '8' is neither the number of a frame nor a bone's name", ""),
    ("8\n", "99999999999999999999\n", "line 8: '99999999999999999999' is neither", ""),
    (":DEGREES", ":RADIANS", "line 3: angles are in radians", ""),
    ("7\n", "", "line 4: 'root' comes before the number of the first frame", ""),
    ("tibia 1.2e-015\n", "tibia 1.2e-0", "line 11: the file ends in the middle of it", ""),
  ])
  func malformedRecordings(old: String, new: String, start: String, more: String) throws {
    // The last one, so that the second frame can be altered.
    let range = try #require(Self.recording.range(of: old, options: .backwards))
    let text =
      old == "root 1 2 3" || old == "tibia 6" || old == "7\n"
      ? Self.recording.replacing(old, with: new, maxReplacements: 1)
      : Self.recording.replacingCharacters(in: range, with: new)
    let message = try read(text) { path in
      arrayMessage { try MotionRecording(reading: path) }.replacing(path, with: "a")
    }
    if more.isEmpty {
      #expect(message.hasPrefix("a, \(start)"), "\(message)")
    } else {
      // A bone that only the second frame has.
      #expect(message.contains("is no bone of the first frame"), "\(message)")
    }
    #expect(message.hasSuffix("Correct the line, or fetch the file again."), "\(message)")
  }

  @Test(arguments: [
    "", ":DEGREES\n", "1\n", "1\n2\n", "\0\0\0\n", "1\n\u{FF}\n", String(repeating: "a ", count: 9),
    String(repeating: "a", count: 70_000) + "\n",
    "1\nroot" + String(repeating: " 1", count: 70_000),
  ])
  func whatIsNoRecordingIsRefused(text: String) throws {
    let message = try read(text) { path in arrayMessage { try MotionRecording(reading: path) } }
    #expect(!message.hasPrefix("no error") && !message.hasPrefix("another error"), "\(message)")
  }

  /// Cut off anywhere, and with any byte altered, a recording is read or refused in a sentence.
  @Test func everyByteMatters() throws {
    let bytes = Array(Self.recording.utf8)
    let skeleton = try read(Self.skeleton) { try MotionSkeleton(reading: $0) }
    try withTemporaryDirectory { directory in
      let path = directory + "/a.amc"
      func message(_ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return arrayMessage {
          let motion = try MotionRecording(reading: path)
          _ = try motion.channelNames(of: skeleton)
          return motion.frames
        }
      }
      for count in bytes.indices {
        let cut = try message(bytes.prefix(count))
        #expect(!cut.hasPrefix("another error"), "\(count): \(cut)")
        // A whole number of frames may be left.
        let isWhole = String(decoding: bytes.prefix(count), as: UTF8.self).hasSuffix("tibia 6\n")
        #expect(cut.hasPrefix("no error") == isWhole, "\(count): \(cut)")
      }
      for index in bytes.indices {
        for byte: UInt8 in [0, 0x0A, 0x20, 0x2D, 0x39, 0x41, 0xFF] {
          var altered = bytes
          altered[index] = byte
          let found = try message(altered)
          #expect(!found.hasPrefix("another error"), "\(index) \(byte): \(found)")
        }
      }
    }
  }

  @Test func memoryIsBounded() throws {
    try read(Self.recording) { path in
      let message = arrayMessage { try MotionRecording(FileSource(path), mostBytes: 80) }
      #expect(message.contains("96 bytes, where 80 bytes are allowed"), "\(message)")
    }
  }

  @Test(arguments: [
    ("dof rx ry", "dof rx rw", "line 16: 'rw' is no degree of freedom"),
    ("dof rx ry", "dof rx rx", "line 16: degrees of freedom must be given, each once"),
    ("name tibia", "name femur", "line 23: a second bone 'femur'"),
    ("name tibia", "", "line 23: a bone ends that has no name"),
    ("angle deg", "angle rad", "line 4: angles are in radians"),
    ("hip femur", "hip head", "line 27: 'head' is no bone of the skeleton"),
    ("  end\n:hierarchy", ":hierarchy", "line 23: ':bonedata' has no 'end' before it"),
    ("    femur tibia\n  end\n", "    femur tibia\n", " is damaged (the end of its hierarchy"),
    ("order TX TY RX", "", " is not an ASF skeleton whose root has an order"),
  ])
  func malformedSkeletons(old: String, new: String, start: String) throws {
    #expect(Self.skeleton.contains(old))
    let message = try read(Self.skeleton.replacing(old, with: new)) { path in
      arrayMessage { try MotionSkeleton(reading: path) }.replacing(path, with: "a")
    }
    #expect(message.contains(start) || message.hasPrefix("a, \(start)"), "\(message)")
  }

  @Test func skeletonsCutOffAreRefused() throws {
    let bytes = Array(Self.skeleton.utf8)
    try withTemporaryDirectory { directory in
      let path = directory + "/a.asf"
      for count in bytes.indices {
        try Data(bytes.prefix(count)).write(to: URL(fileURLWithPath: path))
        let message = arrayMessage { try MotionSkeleton(reading: path).bones.count }
        #expect(!message.hasPrefix("no error"), "\(count)")
        #expect(!message.hasPrefix("another error"), "\(count): \(message)")
      }
    }
  }

  @Test(arguments: [
    ("dof rx ry", "dof rx", "line 6: 'femur' has 2 values, and 1 degrees of freedom"),
    ("name tibia", "name head", "line 7: the skeleton has no bone 'tibia' that moves"),
    ("name hip", "name hip\n dof rx", "line 7: the first frame has no values of 'hip'"),
  ])
  func recordingsMustFitTheirSkeleton(old: String, new: String, start: String) throws {
    let motion = try read(Self.recording) { try MotionRecording(reading: $0) }
    let text = Self.skeleton.replacing(old, with: new).replacing("femur tibia", with: "femur hip")
    let skeleton = try read(text) { try MotionSkeleton(reading: $0) }
    let message = arrayMessage { try motion.channelNames(of: skeleton) }
    #expect(message.contains(start), "\(message)")
  }

  /// In a folder as in archives, whose order is their own.
  @Test(arguments: ["", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"])
  func recordingsOfFoldersAndArchives(suffix: String) throws {
    try withTemporaryDirectory { directory in
      let folder = directory + "/moves/35"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(Self.recording.utf8).write(to: URL(fileURLWithPath: folder + "/35_01.amc"))
      try Data(Self.skeleton.utf8).write(to: URL(fileURLWithPath: folder + "/35.asf"))
      try Data("x\n".utf8).write(to: URL(fileURLWithPath: folder + "/other.txt"))
      let path = directory + "/moves" + suffix
      if !suffix.isEmpty {
        #expect(
          try run(
            ["tar", "-caf", path, "-C", directory + "/moves"]
              + ["./35/35_01.amc", "./35/35.asf", "./35/other.txt"]
          ).status == 0)
      }
      let found = try MotionFiles.read(["35/35_01.amc"], in: path)
      #expect(found["35/35_01.amc"]?.recording.frames == 2)
      #expect(found["35/35_01.amc"]?.channels.last == "tibia.rx")
      #expect(
        try FileTree(path).names().sorted() == ["35/35.asf", "35/35_01.amc", "35/other.txt"])
      #expect(
        arrayMessage { try MotionFiles.read(["35/35_02.amc"], in: path) }
          == "\(path) has no file '35/35_02.amc'. Add it, or name one that is there.")
      #expect(
        arrayMessage { try MotionFiles.read(["35/other.txt"], in: path) }
          .contains("comes before the number of the first frame"))
    }
  }

  @Test func archivesCutOffAreRefused() throws {
    try withTemporaryDirectory { directory in
      try Data(Self.recording.utf8).write(to: URL(fileURLWithPath: directory + "/1_1.amc"))
      try Data(Self.skeleton.utf8).write(to: URL(fileURLWithPath: directory + "/1.asf"))
      for suffix in ["tar", "tar.gz", "tar.xz"] {
        let path = "\(directory)/a.\(suffix)"
        #expect(try run(["tar", "-caf", path, "-C", directory, "1_1.amc", "1.asf"]).status == 0)
        let bytes = try contents(path)
        for count in stride(from: 0, to: min(bytes.count, 1600), by: 7) {
          try bytes.prefix(count).write(to: URL(fileURLWithPath: path))
          let message = arrayMessage { try MotionFiles.read(["1_1.amc"], in: path).count }
          #expect(!message.hasPrefix("no error"), "\(suffix) \(count): \(message)")
          #expect(!message.hasPrefix("another error"), "\(suffix) \(count): \(message)")
        }
      }
    }
  }

  @Test func skeletonsOfRecordings() {
    #expect(MotionFiles.skeleton("35/35_01.amc") == "35/35.asf")
    #expect(MotionFiles.skeleton("subjects/09/09_06.amc") == "subjects/09/09.asf")
    #expect(MotionFiles.skeleton("12_04.amc") == "12.asf")
  }

  /// All ASF and AMC files of the real archive, with the numbers of frames of its list.
  @Test(
    .enabled(
      if: RealData.has("cmu_mocap/cmu_mocap_asf_amc.tar.xz"),
      "CMU motion capture is neither in PRIORLAB_DATA nor beside the project"))
  func theRealFilesAreRead() throws {
    let tree = try FileTree(RealData.path("cmu_mocap/cmu_mocap_asf_amc.tar.xz"))
    let names = try tree.names().filter { $0.hasSuffix(".asf") || $0.hasSuffix(".amc") }
    #expect(names.count == 116)
    let list = String(
      decoding: try contents(RealData.path("cmu_mocap/MANIFEST.tsv")), as: UTF8.self)
    let frames = Dictionary(
      uniqueKeysWithValues: list.split(separator: "\n").map { line in
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
        return (String(columns[0]), Int(columns[1]))
      })
    var read = 0
    try tree.read(names) { name, source in
      read += 1
      if name.hasSuffix(".asf") {
        let skeleton = try MotionSkeleton(source)
        #expect(skeleton.bones.reduce(0) { $0 + $1.freedoms.count } == 62, "\(name)")
      } else {
        let motion = try MotionRecording(source, mostBytes: 1 << 30)
        #expect(motion.channels == 62, "\(name)")
        #expect(frames[AtomicFile.split(name).name] == motion.frames, "\(name)")
      }
    }
    #expect(read == 116)
  }

  /// Programs differ in which of two files of one name they take out of an archive.
  @Test func aFileThatIsInAnArchiveTwice() throws {
    try withTemporaryDirectory { directory in
      let picture = try PNGImage(width: 1, height: 1, channels: 1, pixels: [7])
      try picture.write(to: directory + "/a.png")
      try Data(Self.recording.utf8).write(to: URL(fileURLWithPath: directory + "/1_1.amc"))
      try Data(Self.skeleton.utf8).write(to: URL(fileURLWithPath: directory + "/1.asf"))
      let path = directory + "/twice.tar"
      for option in ["-cf", "-rf"] {
        let added = try run(["tar", option, path, "-C", directory, "a.png", "1_1.amc", "1.asf"])
        #expect(added.status == 0)
      }
      #expect(arrayMessage { try ImageFolder(path) }.contains("'a.png' is in it twice"))
      #expect(
        arrayMessage { try MotionFiles.read(["1_1.amc"], in: path) }.contains("is in it twice"))
    }
  }
}
