import Foundation
import Testing

@testable import Files

/// The bytes of a file of `arrayFixtures` or `torchFixtures`.
func fixture(_ name: String) throws -> Data {
  let text = try #require(arrayFixtures[name] ?? torchFixtures[name])
  let data = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
  if name.hasSuffix(".gz") { return data }
  return try withTemporaryDirectory { directory in
    try data.write(to: URL(fileURLWithPath: directory + "/a.gz"))
    return Data(try decompressed(directory + "/a.gz"))
  }
}

/// What a gzip file holds.
func decompressed(_ path: String) throws -> [UInt8] {
  let source = try InflatingSource(FileSource(path), .gzip)
  return try source.prefix(source.atMost)
}

/// Runs `body` with the path of a new file of that name and contents.
func withFile<Result>(
  _ name: String, _ data: some Sequence<UInt8>, _ body: (String) throws -> Result
) throws -> Result {
  try withTemporaryDirectory { directory in
    let path = directory + "/" + name
    try Data(data).write(to: URL(fileURLWithPath: path))
    return try body(path)
  }
}

/// Runs `body` with the path of a file of `arrayFixtures`.
func withFixture<Result>(_ name: String, _ body: (String) throws -> Result) throws -> Result {
  try withFile(name, fixture(name), body)
}

/// The sentence of the `ArrayFileError` that `body` throws.
func arrayMessage(_ body: () throws -> some Any) -> String {
  do {
    return "no error, but \(try body())"
  } catch let error as ArrayFileError {
    return "\(error)"
  } catch {
    return "another error: \(error)"
  }
}

/// The array of the reference script for a type of NumPy's letters: its ends and what is between.
func referenceArray(_ kind: String) throws -> NumericArray {
  switch kind {
  case "bool": try NumericArray([UInt8]([1, 0, 1, 0, 0, 1]), shape: [2, 3])
  case "u1": try ends(of: UInt8.self)
  case "i1": try ends(of: Int8.self)
  case "u2": try ends(of: UInt16.self)
  case "i2", "columns": try ends(of: Int16.self)
  case "u4": try ends(of: UInt32.self)
  case "i4": try ends(of: Int32.self)
  case "u8": try ends(of: UInt64.self)
  case "i8": try ends(of: Int64.self)
  case "f4": try NumericArray([Float]([-1.5, 0, 1, 2.25, 3, 1e30]), shape: [2, 3])
  case "f8": try NumericArray([Double]([-1.5, 0, 1, 2.25, 3, 1e30]), shape: [2, 3])
  case "cube": try NumericArray((0..<24).map(Int32.init), shape: [2, 3, 4])
  case "scalar": try NumericArray([7.5], shape: [])
  case "empty": try NumericArray([Float](), shape: [0, 4])
  default: try referenceArray(String(kind.drop { $0 != "-" }.dropFirst()))
  }
}

private func ends<Element: NumericElement & FixedWidthInteger>(
  of _: Element.Type
) throws -> NumericArray {
  try NumericArray([.min, 0, 1, 2, 3, Element.max], shape: [2, 3])
}
