import Foundation
import Testing

@testable import Files

@Suite struct NumericArrayTests {
  @Test func valuesConvertOrSayWhyNot() throws {
    let bytes = try NumericArray([UInt8]([0, 7, 255]), shape: [3])
    #expect(bytes.floats() == [0, 7, 255])
    #expect(bytes.doubles() == [0, 7, 255])
    #expect(try bytes.integers() == [0, 7, 255])
    #expect(bytes.count == 3 && bytes.type == .uint8)
    #expect(try NumericArray([Float(-2), 3], shape: [2]).integers() == [-2, 3])
    #expect(throws: NumericArrayError.notAnInteger(value: "0.5")) {
      try NumericArray([0.5], shape: [1]).integers()
    }
    #expect(throws: NumericArrayError.notAnInteger(value: "\(UInt64.max)")) {
      try NumericArray([UInt64.max], shape: [1]).integers()
    }
    #expect(throws: NumericArrayError.notAnInteger(value: "nan")) {
      try NumericArray([Double.nan], shape: [1]).integers()
    }
  }

  @Test func valuesAreReachedAsTheyAre() throws {
    let array = try NumericArray([UInt8](1...6), shape: [2, 3])
    #expect(array.values == .uint8([1, 2, 3, 4, 5, 6]))
    #expect(array.values(as: UInt8.self) == [1, 2, 3, 4, 5, 6])
    #expect(array.values(as: Int8.self) == nil)
    #expect(try NumericArray([UInt8](), shape: [0]).values(as: Float.self) == nil)
    #expect(array.withUnsafeBytes { Array($0) } == [1, 2, 3, 4, 5, 6])
    #expect(
      try NumericArray([Int16(258)], shape: []).withUnsafeBytes { $0.load(as: Int16.self) } == 258)
  }

  @Test func rowsArePartsOfTheFirstAxis() throws {
    let array = try NumericArray((0..<24).map(Int32.init), shape: [4, 3, 2])
    #expect(try array.rows(1..<3) == NumericArray((6..<18).map(Int32.init), shape: [2, 3, 2]))
    #expect(try array.rows(4..<4) == NumericArray([Int32](), shape: [0, 3, 2]))
    #expect(try NumericArray([Int32](), shape: [3, 0]).rows(1..<3).shape == [2, 0])
    for range in [3..<5, -1..<2] {
      #expect(throws: NumericArrayError.noSuchRows(range: range, shape: [4, 3, 2])) {
        try array.rows(range)
      }
    }
    #expect(throws: NumericArrayError.self) { try NumericArray([1.0], shape: []).rows(0..<1) }
  }

  @Test func severalRangesOfRowsBecomeOne() throws {
    let array = try NumericArray((0..<12).map(Int32.init), shape: [4, 3])
    #expect(
      try array.rows([0..<1, 2..<4])
        == NumericArray([0, 1, 2, 6, 7, 8, 9, 10, 11] as [Int32], shape: [3, 3]))
    #expect(try array.rows([0..<4]) == array)
    for ranges in [[], [2..<5], [-1..<2], [2..<3, 0..<1], [0..<2, 1..<3], [1..<1]] {
      #expect(throws: NumericArrayError.self, "\(ranges)") { try array.rows(ranges) }
    }
  }

  @Test(arguments: [[2], [-1, -1], [.max, .max], [1, 2]])
  func shapesMustFit(shape: [Int]) {
    #expect(throws: NumericArrayError.wrongShape(shape: shape, count: 1)) {
      try NumericArray([1.0], shape: shape)
    }
  }

  @Test func equalityCountsTypeShapeAndValues() throws {
    let array = try NumericArray([Int16(1), 2], shape: [2])
    #expect(try array == NumericArray([Int16(1), 2], shape: [2]))
    #expect(try array != NumericArray([Int16(1), 3], shape: [2]))
    #expect(try array != NumericArray([Int16(1), 2], shape: [1, 2]))
    #expect(try array != NumericArray([UInt16(1), 2], shape: [2]))
  }

  @Test func columnsBecomeRows() throws {
    // The value of the element i, j, k is the number ijk.
    let lengths = [2, 3, 4]
    var columns: [Int16] = []
    for k in 0..<4 {
      for j in 0..<3 { for i in 0..<2 { columns.append(Int16(100 * i + 10 * j + k)) } }
    }
    var rows: [Int16] = []
    for i in 0..<2 {
      for j in 0..<3 { for k in 0..<4 { rows.append(Int16(100 * i + 10 * j + k)) } }
    }
    #expect(NumericValues.int16(columns).rowMajor(fromColumnMajor: lengths) == .int16(rows))
    #expect(
      try NumericArray(columns, shape: [4, 3, 2]).transposed()
        == NumericArray(rows, shape: lengths))
  }
}
