import Files
import Foundation
import Synchronization

extension StoredArray {
  /// The array of a tensor in a file.
  ///
  /// - Parameter rows: which places of its first axis; all by default.
  /// - Throws: `DataError`, whatever is wrong with the file.
  static func read(
    _ tensor: StoredTensor, rows: [Range<Int>]? = nil, at path: String, in dataset: String
  ) throws(DataError) -> NumericArray {
    do {
      let prepares = isPrepared(tensor, at: path)
      return try ArrayFile.read(
        path, key: tensor.key, rows: rows,
        pictures: prepares ? tensor.preparation : PicturePreparation())
    } catch let error as FileError {
      throw DataError.unreadable(dataset, error)
    } catch {
      throw DataError.unusable(dataset: dataset, reason: "\(error)")
    }
  }

  /// A tensor of its files, one part of its examples after the other.
  ///
  /// - Parameters:
  ///   - rows: which places of the array's first axis are read of a grid's file; all by default.
  ///   - paths: where the files are.
  ///   - read: what gives the array of a file.
  /// - Throws: `DataError`.
  init(
    _ tensor: StoredTensor, rows: [Range<Int>]? = nil, of paths: [String: String],
    in dataset: String, read: (String) throws(DataError) -> NumericArray
  ) throws(DataError) {
    let files = try tensor.files.names.map { name throws(DataError) in
      guard let path = paths[name] else {
        throw .missing(dataset: dataset, files: [name], remedy: .manual(nil))
      }
      return path
    }
    let listed = try tensor.index.map { index throws(DataError) in
      try Self.rows(index, of: paths, in: dataset)
    }
    if files.count == 1 {
      guard let rows else {
        self = try StoredArray(
          read(files[0]), tensor, rows: listed, at: files[0], in: dataset)
        return
      }
      let start = tensor.rows?.range.lowerBound ?? 0
      var chosen = tensor
      chosen.rows = nil
      let array = try Self.read(
        tensor, rows: rows.map { $0.lowerBound + start..<$0.upperBound + start }, at: files[0],
        in: dataset)
      self = try StoredArray(array, chosen, at: files[0], in: dataset)
      return
    }
    // Only what is asked for is kept of each part.
    var left = listed ?? tensor.rows.map { [$0.range] }
    var parts: [StoredArray] = []
    for path in files {
      let refuse = Refusal(tensor, path, dataset)
      var part = try StoredArray(laidOut: read(path), tensor, at: path, refuse)
      let count = part.examples
      if let rows = left {
        let own = rows.filter { $0.lowerBound < count }
          .map { $0.lowerBound..<min($0.upperBound, count) }
        left = rows.filter { $0.upperBound > count }
          .map { max($0.lowerBound - count, 0)..<$0.upperBound - count }
        try part.select(own, refuse)
      }
      guard part.examples > 0 else { continue }
      try part.finish(tensor, isPrepared: Self.isPrepared(tensor, at: path), refuse)
      parts.append(part)
    }
    let refuse = Refusal(tensor, files.joined(separator: ", "), dataset)
    if let left, !left.isEmpty { throw refuse("have fewer examples than are asked for") }
    guard let whole = Self.joined(parts) else {
      throw refuse("do not hold examples that are alike")
    }
    self = whole
  }

  /// Number of the examples that a list names.
  ///
  /// - Throws: `DataError`.
  static func count(
    _ index: StoredTensor.Index, of paths: [String: String], in dataset: String
  ) throws(DataError) -> Int? {
    guard paths[index.file] != nil else { return nil }
    return try rows(index, of: paths, in: dataset).reduce(0) { $0 + $1.count }
  }

  /// The places that a list names, those that follow each other together.
  private static func rows(
    _ index: StoredTensor.Index, of paths: [String: String], in dataset: String
  ) throws(DataError) -> [Range<Int>] {
    guard let path = paths[index.file] else {
      throw .missing(dataset: dataset, files: [index.file], remedy: .manual(nil))
    }
    let places: [Int]
    do {
      places = try ArrayFile.read(path, key: index.key).integers()
    } catch let error as FileError {
      throw .unreadable(dataset, error)
    } catch {
      throw .unusable(dataset: dataset, reason: "\(error)")
    }
    var rows: [Range<Int>] = []
    for place in places {
      let end = rows.last?.upperBound ?? 0
      // One more must be a number too.
      guard place >= end, place < 1 << 31 else {
        throw .unusable(
          dataset: dataset,
          reason: "\(path) does not list places of examples, from 0 and ascending; correct the file"
        )
      }
      if place == end, let last = rows.last {
        rows[rows.count - 1] = last.lowerBound..<place + 1
      } else {
        rows.append(place..<place + 1)
      }
    }
    guard !rows.isEmpty else {
      throw .unusable(dataset: dataset, reason: "\(path) lists no examples; correct the file")
    }
    return rows
  }

  /// The shape that a tensor will have, with the number of examples, from the file itself.
  ///
  /// - Parameter rows: which places of the array's first axis are read; all by default.
  static func shape(
    of tensor: StoredTensor, rows: [Range<Int>]? = nil, of paths: [String: String],
    in dataset: String
  ) throws(DataError) -> [Int] {
    let dates = tensor.allFiles.map { name in
      let attributes = try? FileManager.default.attributesOfItem(atPath: paths[name] ?? "")
      return "\(paths[name] ?? "") \(attributes?[.modificationDate] as? Date ?? .distantPast)"
    }
    let examples = rows.map { "\($0.reduce(0) { $0 + $1.count })" } ?? "all"
    let key = "\(dates) \(tensor) \(examples)"
    if let shape = shapes.withLock({ $0[key] }) { return shape }
    let shape = try StoredArray(tensor, rows: rows, of: paths, in: dataset) {
      path throws(DataError) in try read(tensor, at: path, in: dataset)
    }.shape
    shapes.withLock { $0[key] = shape }
    return shape
  }

  /// Shapes that files were found to have: every cell of a study asks again.
  private static let shapes = Mutex<[String: [Int]]>([:])
}
