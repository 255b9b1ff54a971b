import Foundation
import Testing

@testable import Files

@Suite struct HDF5RoundTripTests {
  @Test func numbersOfEveryTypeAndShapeComeBack() throws {
    try check([Float](), [0])
    try check([Float](), [3, 0, 2])
    try check([Float(1.5)], [])
    try check([Float.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, 3], [2, 3])
    try check([Double.nan, .infinity, -.infinity, -0.0, .greatestFiniteMagnitude, .pi], [6])
    try check([Int64.min, .max, 0, -1], [2, 2, 1])
    try check([Int.min, .max], [2])
    try check([UInt8.min, .max, 7, 8, 9, 10, 11, 12], [2, 2, 2])
    try check((0..<120).map(Double.init), [1, 2, 3, 4, 5])
  }

  /// Compares the bits, so that NaN equals NaN and −0 differs from 0.
  private func check<Value: HDF5Number>(
    _ values: [Value], _ shape: [Int], location: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      for compressed in [false, true] {
        let file = try HDF5File(creating: path)
        try file.write(values, shape: shape, at: "a", compressed: compressed)
        try file.close()
        let reopened = try HDF5File(reading: path)
        let read = try reopened.read(Value.self, at: "a")
        #expect(read.shape == shape, sourceLocation: location)
        #expect(
          read.values.withUnsafeBytes { Array($0) } == values.withUnsafeBytes { Array($0) },
          sourceLocation: location)
        #expect(try reopened.shape(at: "a") == shape, sourceLocation: location)
      }
    }
  }

  @Test(arguments: [
    ([], [0]), (["one"], []), (["", "β-VAE", "日本語 🦊", "a\nb\"c"], [2, 2]),
    ([String(repeating: "x", count: 100_000)], [1]),
  ])
  func textsComeBack(values: [String], shape: [Int]) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write(values, shape: shape, at: "names")
      try file.close()
      let read = try HDF5File(reading: path).read(String.self, at: "names")
      #expect(read == HDF5Array(values: values, shape: shape))
    }
  }

  @Test func largeCompressedArraysAreSmallerAndComeBack() throws {
    try withTemporaryDirectory { directory in
      let values = (0..<3_000_000).map { Float($0 % 100) }
      for compressed in [false, true] {
        let file = try HDF5File(creating: directory + "/\(compressed).h5")
        try file.write(values, shape: [3, 1_000_000], at: "a", compressed: compressed)
        try file.close()
      }
      let reopened = try HDF5File(reading: directory + "/true.h5")
      #expect(try reopened.read(Float.self, at: "a").values == values)
      #expect(try contents(directory + "/false.h5").count > 12_000_000)
      #expect(try contents(directory + "/true.h5").count < 1_200_000)
    }
  }

  @Test func groupsAreMadeAndSearched() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write([1.0], shape: [], at: "cells/β=4/mig")
      try file.write([2.0], shape: [], at: "/cells/β=4/aae/")
      try file.write(["x"], shape: [1], at: "about")
      #expect(try file.datasets() == ["about", "cells/β=4/aae", "cells/β=4/mig"])
      #expect(try file.exists("cells") && file.exists("cells/β=4/mig") && file.exists("/"))
      #expect(try !file.exists("cells/β=2/mig") && !file.exists("about/x"))
      #expect(try file.read(Double.self, at: "/cells//β=4/mig").values == [1])
    }
  }

  @Test func attributesComeBackAndAreReplaced() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write([1.0], shape: [1], at: "runs/loss")
      try file.setAttribute("unit", to: "bits")
      try file.setAttribute("unit", to: "nats 🦊", at: "runs/loss")
      try file.setAttribute("beta", to: 3, at: "runs")
      try file.setAttribute("beta", to: 4.5, at: "runs")
      try file.setAttribute("seed", to: Int64.min)
      try file.setAttribute("empty", to: "")
      let long = String(repeating: "β", count: 100_000)
      try file.setAttribute("long", to: long)
      try file.close()
      let read = try HDF5File(reading: path)
      #expect(try read.attribute("unit", as: String.self) == "bits")
      #expect(try read.attribute("unit", as: String.self, at: "runs/loss") == "nats 🦊")
      #expect(try read.attribute("beta", as: Double.self, at: "runs") == 4.5)
      #expect(try read.attribute("seed", as: Int64.self) == .min)
      #expect(try read.attribute("empty", as: String.self) == "")
      #expect(try read.attribute("long", as: String.self) == long)
    }
  }

  @Test func sameContentsGiveSameBytes() throws {
    try withTemporaryDirectory { directory in
      func write(_ name: String) throws -> Data {
        let file = try HDF5File(creating: directory + "/" + name)
        try file.write([1, 2, 3.0], shape: [3], at: "a/b/c")
        try file.write(["x", "yy"], shape: [2], at: "a/names")
        try file.write([UInt8](repeating: 3, count: 999), shape: [999], at: "d", compressed: true)
        try file.setAttribute("unit", to: "nats", at: "a/b/c")
        try file.setAttribute("n", to: 3, at: "a")
        try file.close()
        return try contents(directory + "/" + name)
      }
      let first = try write("first.h5")
      // HDF5's time stamps count seconds, so that a shorter wait could not tell them apart.
      Thread.sleep(forTimeInterval: 2.1)
      #expect(try write("second.h5") == first)
    }
  }

  @Test func groupsAreCopiedWhole() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.h5"
      let file = try HDF5File(creating: path)
      try file.write([1.5, .nan], shape: [2, 1], at: "a/b/numbers")
      try file.write(
        [UInt8](repeating: 7, count: 5000), shape: [5000], at: "a/b/c/bytes", compressed: true)
      try file.write(["β"], shape: [1], at: "a/b/texts")
      try file.setAttribute("unit", to: "nats", at: "a/b")
      try file.write([1], shape: [1], at: "a/other")
      try file.close()
      let source = try HDF5File(reading: path)
      let copy = try HDF5File(creating: directory + "/b.h5")
      try copy.write([2], shape: [1], at: "a/mine")
      try copy.copyGroup("a/b", from: source)
      #expect(throws: HDF5Error.alreadyThere(path: copy.path, name: "a/b")) {
        try copy.copyGroup("a/b", from: source)
      }
      #expect(throws: HDF5Error.missing(path: path, name: "a/no")) {
        try copy.copyGroup("a/no", from: source)
      }
      #expect(throws: HDF5Error.self) { try copy.copyGroup("a/b/texts", from: source) }
      try copy.close()
      let read = try HDF5File(reading: directory + "/b.h5")
      #expect(try read.datasets() == ["a/b/c/bytes", "a/b/numbers", "a/b/texts", "a/mine"])
      let numbers = try read.read(Double.self, at: "a/b/numbers")
      #expect(numbers.shape == [2, 1] && numbers.values[0] == 1.5 && numbers.values[1].isNaN)
      let bytes = try read.read(UInt8.self, at: "a/b/c/bytes").values
      #expect(bytes == [UInt8](repeating: 7, count: 5000))
      #expect(try read.read(String.self, at: "a/b/texts").values == ["β"])
      #expect(try read.attribute("unit", as: String.self, at: "a/b") == "nats")
    }
  }

  @Test func manyThreadsMayUseTheLibrary() async throws {
    try await withThrowingTaskGroup(of: [Double].self) { group in
      for task in 0..<8 {
        group.addTask {
          try withTemporaryDirectory { directory in
            let file = try HDF5File(creating: directory + "/a.h5")
            for index in 0..<50 {
              try file.write([Double(task), Double(index)], shape: [2], at: "\(task)/\(index)")
            }
            #expect(throws: HDF5Error.self) { try file.shape(at: "no") }
            return try file.datasets().flatMap { try file.read(Double.self, at: $0).values }
          }
        }
      }
      for try await values in group { #expect(values.count == 100) }
    }
  }
}
