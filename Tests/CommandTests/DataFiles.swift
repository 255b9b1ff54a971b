import Files
import Foundation

/// A study and a table on a data set of the test's own, in a project with nothing else.
extension Project {
  /// - Parameter dataset: the manifest `datasets/dots.yaml`.
  static func withDots(_ dataset: String) throws -> Project {
    let project = try Project()
    let experiments = "\(project.root)/experiments"
    for paper in try FileManager.default.contentsOfDirectory(atPath: experiments)
    where !paper.hasSuffix(".yaml") {
      try FileManager.default.removeItem(atPath: "\(experiments)/\(paper)")
    }
    try FileManager.default.removeItem(atPath: "\(project.root)/datasets")
    try project.write(dataset, to: "datasets/dots.yaml")
    try project.write(
      """
      study: gmvae/dots
      title: A study that trains in a moment
      dataset: dots
      model:
        vhp:
          latent: 2
          encoder: {mlp: {hidden: [4]}}
          decoder: {mlp: {hidden: [4]}}
          prior-encoder: {mlp: {hidden: [4]}}
          prior-decoder: {mlp: {hidden: [4]}}
          importance-samples: 2
          likelihood: {gaussian: {scale: 0.2}}
          initial: glorot-uniform
      phases:
        - id: train
          batch: 4
          updates: [{minimise: elbo, optimiser: {adam: {rate: 1e-3}}}]
          until: {steps: 2}
      seeds: 1
      record: {every: 1}
      measures: [reconstruction/rms-from-mean]
      """, to: "experiments/dots.yaml")
    try project.write(
      """
      artefact: gmvae/table-1
      title: A table that is made in a moment
      use: [{study: gmvae/dots}]
      compute: [{curves: {names: [loss/distortion]}}]
      measures: [reconstruction/rms-from-mean]
      """, to: "experiments/table.yaml")
    return project
  }

  /// Everything below `results`, with its bytes.
  func results() throws -> [String: Data] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: root + "/results")) ?? []
    return names.reduce(into: [:]) { files, name in
      files[name] = FileManager.default.contents(atPath: "\(root)/results/\(name)")
    }
  }

  func write(_ bytes: some Collection<UInt8>, to name: String) throws {
    let url = URL(fileURLWithPath: "\(root)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }
}

/// Files of arrays, as other programs write them.
enum DataFile {
  /// Eight images of 2 by 2 pixels.
  static let dots: [UInt8] = (0..<32).map { $0 * 8 }

  static func idx(_ bytes: [UInt8], _ shape: [Int]) -> [UInt8] {
    let lengths = shape.flatMap { length in (0..<4).map { UInt8(length >> (24 - 8 * $0) & 255) } }
    return [0, 0, 8, UInt8(shape.count)] + lengths + bytes
  }

  /// NumPy's format, version 1.
  static func npy(_ bytes: [UInt8], type: String = "|u1", shape: String) -> [UInt8] {
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: (118 - header.utf8.count % 64) % 64) + "\n"
    let size = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 255), UInt8(size >> 8)]
      + Array(header.utf8) + bytes
  }

  /// An archive with one array, not compressed.
  static func npz(_ name: String, _ npy: [UInt8]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(value >> (8 * $0) & 255) }
    }
    let file = Array((name + ".npy").utf8)
    let about =
      little(0, 2) + little(0, 2) + little(0, 2) + little(33, 2)
      + little(Int(checksum(npy)), 4) + little(npy.count, 4) + little(npy.count, 4)
      + little(file.count, 2) + little(0, 2)
    let local = little(0x0403_4b50, 4) + little(20, 2) + about + file + npy
    let central =
      little(0x0201_4b50, 4) + little(20, 2) + little(20, 2) + about + little(0, 2)
      + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + file
    let end =
      little(0x0605_4b50, 4) + little(0, 4) + little(1, 2) + little(1, 2)
      + little(central.count, 4) + little(local.count, 4) + little(0, 2)
    return local + central + end
  }

  /// CRC-32, as archives have it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xffff_ffff
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~sum
  }
}
