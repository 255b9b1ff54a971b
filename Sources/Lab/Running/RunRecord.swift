import Files
import Foundation
import Training

/// One line of `runs.jsonl`: what a finished run found, and how.
public struct RunRecord: Codable, Sendable {
  /// Goes up when the line's meaning changes.
  public static let format = 1

  public var format: Int
  /// Of all that decides the run's numbers: data, model, training, seed.
  public var identity: String
  /// Where the run belongs: study, axis values, seed and budget.
  public var study: String
  public var cell: Cell
  public var seed: Int
  public var profile: ProfileName
  /// Why the run failed, or nil where it finished.
  public var failure: String?
  /// Final measures; a null is a measure that the run has no value of.
  public var measures: [String: Double?]
  /// Values of single examples of measures that are means over a few; nil where the run has no such measure.
  public var examples: [String: [Double]]?
  /// Steps at which something first happened, by its name.
  public var events: [String: Int]
  /// Recorded curves, thinned.
  public var curves: Curves
  /// Optimiser steps of training.
  public var steps: Int
  /// What training cost, over all stops and starts: seconds of processor cores, or by the clock where the
  /// device is not the CPU.
  public var seconds: Double
  public var environment: RunEnvironment
  /// When training ended.
  public var finished: Date
  /// Why the data are not the real ones, or nil.
  public var standIn: String?

  /// Points of a curve that a line keeps.
  static let curvePoints = 200
  /// Points up to which a curve that is not taken at every step, such as one of epochs, is kept whole.
  static let wholeCurvePoints = 500
}

extension RunRecord {
  /// The value of a measure: nil where it was not taken and needs more than the record, and nil inside where
  /// the run has none.
  func value(of measure: Measure) -> Double?? {
    measures[measure.id] ?? measure.ofRecord.map { $0(curves, events) }
  }

  /// Tells apart two trainings of the same run that did not come to the same numbers, as on two processors.
  func trainingDigest() throws -> String {
    struct Course: Encodable {
      let steps: Int
      let curves: Curves
      let events: [String: Int]
    }
    let line = try Self.encoder().encode(Course(steps: steps, curves: curves, events: events))
    return String(SHA256.hex(of: line).prefix(16))
  }

  /// Whether it is of the training that left these curves, of which it has some of the points, rounded.
  ///
  /// Two machines may come to other numbers of the same run. Which points it has is not asked: earlier
  /// versions chose others.
  func isOf(_ whole: Curves) -> Bool {
    let places = Dictionary(zip(whole.steps, whole.steps.indices)) { $1 }
    return curves.values.allSatisfy { name, column in
      guard let values = whole.values[name] else { return false }
      return zip(curves.steps, column).allSatisfy { step, value in
        guard let place = places[step] else { return false }
        return Float(values[place]) == Float(value) || (values[place].isNaN && value.isNaN)
      }
    }
  }

  /// The record as one line of JSON, or indented for people.
  public func json(isIndented: Bool = false) throws -> String {
    let encoder = Self.encoder()
    if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  private static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private struct Format: Decodable {
    var format: Int
  }

  static func format(ofLine line: some StringProtocol) throws -> Int {
    try JSONDecoder().decode(Format.self, from: Data(line.utf8)).format
  }

  init(line: some StringProtocol) throws {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    self = try decoder.decode(RunRecord.self, from: Data(line.utf8))
    guard isPossible else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "a number is out of its range"))
    }
  }

  /// Whether its counts are such as a run can have; others could not be reckoned with.
  private var isPossible: Bool {
    0...Duration.limit ~= steps && 0...1e12 ~= seconds && seed >= 0
      && events.values.allSatisfy { 0...Duration.limit ~= $0 } && curves.isConsistent
      && hasPossibleValues
  }

  /// Whether statistics can be made of its values; what is not finite counts as none.
  private var hasPossibleValues: Bool {
    let values = measures.values.compactMap { $0 } + (examples ?? [:]).values.flatMap { $0 }
    return values.allSatisfy { !$0.isFinite || abs($0) <= StatisticsError.largest }
  }
}
