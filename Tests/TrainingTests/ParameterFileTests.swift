import Files
import Foundation
import Testing
import Torch

@testable import Training

@Suite struct ParameterFileTests {
  /// State that counts is whole numbers, too large for a float: 2²⁴ + 1 is the first that a float32 has not.
  @Test func everyTypeOfTensorComesBack() throws {
    let tensors = [
      "float32": Tensor([0.1, -.infinity] as [Float], shape: [2]),
      "float64": Tensor([0.1, 1e300], shape: [2, 1]),
      "int64": Tensor([16_777_217, -3] as [Int64], shape: [1, 2]),
      "uint8": Tensor([0, 255] as [UInt8], shape: [2]),
    ]
    try withTemporaryDirectory { directory in
      let path = directory + "/tensors.h5"
      let file = try HDF5File(creating: path)
      for (name, tensor) in tensors { try ParameterFile.write(tensor, at: name, into: file) }
      try file.close()
      let stored = try HDF5File(reading: path)
      for (name, tensor) in tensors {
        let found = try ParameterFile.tensor(at: name, in: stored, like: tensor)
        #expect(found.type == tensor.type, "\(name)")
        #expect(found.shape == tensor.shape, "\(name)")
      }
      func tensor(_ name: String) throws -> Tensor {
        try ParameterFile.tensor(at: name, in: stored, like: try #require(tensors[name]))
      }
      #expect(try tensor("float32").floats() == [0.1, -.infinity])
      #expect(try tensor("float64").doubles() == [0.1, 1e300])
      #expect(try tensor("int64").integers() == [16_777_217, -3])
      #expect(try tensor("uint8").integers() == [0, 255])
    }
  }

  /// Wherever a byte is altered, the file is refused, or nothing of what is read is other than it was.
  @Test func alteredBytesAreNoticed() throws {
    try tensors {
      try withTemporaryDirectory { directory in
        let path = directory + "/weights.h5"
        let written = try SmallVHP.untrained(seed: 1)
        try ParameterFile.write(written.parameters, to: path)
        let expected = written.parameters.all.map { $0.value.floats() }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let model = try SmallVHP.untrained(seed: 2)
        var refused = 0
        for position in stride(from: 0, to: whole.count, by: 13) {
          var altered = whole
          altered[position] ^= 1
          try altered.write(to: URL(fileURLWithPath: path))
          do {
            try ParameterFile.read(path, into: model.parameters)
            let found = model.parameters.all.map { $0.value.floats() }
            #expect(found == expected, "\(position)")
          } catch {
            refused += 1
          }
        }
        #expect(refused > 0)
      }
    }
  }

  /// Files of earlier versions have no checksum.
  @Test func aFileWithoutAChecksumIsRead() throws {
    try tensors {
      try withTemporaryDirectory { directory in
        let path = directory + "/weights.h5"
        let written = try SmallVHP.untrained(seed: 1)
        let file = try HDF5File(creating: path)
        try ParameterFile.write(written.parameters, into: file)
        try file.close()
        let model = try SmallVHP.untrained(seed: 2)
        try ParameterFile.read(path, into: model.parameters)
        #expect(
          model.parameters.all.map { $0.value.floats() }
            == written.parameters.all.map { $0.value.floats() })
      }
    }
  }
}
