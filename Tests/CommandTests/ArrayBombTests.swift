import Files
import Foundation
import Testing

extension CommandTests {
  /// Files below 1 MiB that stand for gigabytes, in every format that compresses.
  @Suite(.enabled(if: FileServer.hasPython, "the files of the tests are made by python3"))
  struct ArrayBombs {
    /// Writes the bombs into a directory: those that claim all that their bytes could be, and those
    /// that stay just below what a reader allows.
    private static let script = """
      import gzip, os, struct, sys, zipfile, zlib
      os.chdir(sys.argv[1])
      mebi = 1 << 20

      def npy(shape, kind):
          text = "{'descr': '%s', 'fortran_order': True, 'shape': %s, }" % (kind, shape)
          text = text + " " * (117 - len(text)) + "\\n"
          return b"\\x93NUMPY\\x01\\x00" + struct.pack("<H", 118) + text.encode()

      def npz(name, header, size):
          with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
              with archive.open("a.npy", "w", force_zip64=True) as member:
                  member.write(header)
                  for _ in range(size // mebi): member.write(bytes(mebi))

      def gz(name, header, piece, count):
          with gzip.open(name, "wb", 9) as file:
              file.write(header)
              for _ in range(count): file.write(piece)

      npz("all.npz", npy((1 << 10, 400 << 10), "|u1"), 400 * mebi)
      npz("most.npz", npy((1 << 10, 32, 1 << 10), "<f8"), 256 * mebi)
      npz("labels.npz", npy((32 << 20,), "|u1"), 32 * mebi)
      gz("all.idx.gz", struct.pack(">BBBBII", 0, 0, 8, 2, 1 << 10, 400 << 10), bytes(mebi), 400)
      gz("all.npy.gz", npy((1 << 10, 400 << 10), "|u1"), bytes(mebi), 400)
      # Numbers that are no bytes take eight of them each, also when they come late.
      gz("wide.amat.gz", b"", b"0 " * (1 << 19) + b"0.5\\n", 66)
      late = zlib.compressobj(9, zlib.DEFLATED, 31)
      with open("late.amat.gz", "wb") as file:
          for _ in range(66): file.write(late.compress(b"0 " * (1 << 19) + b"\\n"))
          file.write(late.compress(b"0 " * ((1 << 19) - 1) + b"0.5\\n") + late.flush())

      def element(kind, body): return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)
      size = 400 * mebi
      inner = (element(6, struct.pack("<II", 6, 0)) + element(5, struct.pack("<ii", 1 << 10, 400 << 10))
          + element(1, b"a") + struct.pack("<II", 2, size))
      packed = zlib.compressobj(9)
      body = packed.compress(struct.pack("<II", 14, len(inner) + size) + inner)
      for _ in range(400): body += packed.compress(bytes(mebi))
      body += packed.flush()
      with open("all.mat", "wb") as file:
          file.write(b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x100) + b"IM")
          file.write(struct.pack("<II", 15, len(body)) + body)

      def chunk(kind, body):
          return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
      os.mkdir("all")
      packed = zlib.compressobj(9)
      side = 24000
      body = b"".join(packed.compress(bytes(1 + side * 3)) for _ in range(side)) + packed.flush()
      with open("all/1.png", "wb") as file:
          file.write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
              + chunk(b"IDAT", body) + chunk(b"IEND", b""))
      """

    /// Runs a command and writes the most memory that it had, in KiB, to a file.
    private static let meter = """
      import resource, subprocess, sys
      code = subprocess.run(sys.argv[2:]).returncode
      peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
      open(sys.argv[1], "w").write(str(peak))
      sys.exit(code)
      """

    @Test func filesBelowOneMebibyteStayBelowOneGibibyte() throws {
      let project = try Project.withDots("dataset: dots\ntitle: D\nnot-yet: it is not used")
      try project.edit("experiments/dots.yaml", "dataset: dots", "dataset: mine")
      let made = try Process.run(
        URL(fileURLWithPath: "/usr/bin/env"),
        arguments: ["python3", "-c", Self.script, project.root + "/datasets"])
      made.waitUntilExit()
      try #require(made.terminationStatus == 0)
      let hdf5 = try HDF5File(creating: project.root + "/datasets/all.h5")
      try hdf5.write(
        [Double](repeating: 0, count: 40 << 20), shape: [40, 1 << 20], at: "a", compressed: true)
      try hdf5.close()
      var refused: [String] = []
      for (file, tensor) in [
        ("all.npz", "key: a"), ("most.npz", "key: a"), ("labels.npz", "key: a, as: integers"),
        ("all.idx.gz", "scale: 1"), ("all.npy.gz", "scale: 1"), ("wide.amat.gz", "scale: 1"),
        ("late.amat.gz", "scale: 1"), ("all.mat", "key: a"),
        ("all.h5", "key: a"),
        ("all", "key: images"),
      ] {
        let path = project.root + "/datasets/" + (file == "all" ? "all/1.png" : file)
        let size = try #require(
          try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        // The picture is larger than that and stands for 1.6 GiB.
        #expect(size < (file == "all" ? 2 << 20 : 1 << 20), "\(file) has \(size) bytes")
        try project.write(
          "dataset: mine\ntitle: M\nsplits: {train: {image: {file: \(file), \(tensor)}}}",
          to: "datasets/mine.yaml")
        let outcome = try project.start(
          ["run", "gmvae/dots"],
          through: ["python3", "-c", Self.meter, project.root + "/peak"]
        ).finish()
        let peak = try #require(Int(try project.text("peak")))
        #expect(peak < 1 << 20, "\(file): \(peak) KiB; \(outcome)")
        let words = ["bytes are allowed", "bytes that it may take", "too many for a file"]
        if words.contains(where: outcome.errors.contains) {
          refused.append(file)
          #expect(outcome.code == 3, "\(file): \(outcome)")
        }
      }
      #expect(
        refused == [
          "all.npz", "all.idx.gz", "all.npy.gz", "wide.amat.gz", "late.amat.gz", "all.mat",
          "all.h5",
          "all",
        ])
    }
  }
}
