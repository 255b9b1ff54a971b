import Foundation
import Testing

@testable import Training

@Suite struct WeightScheduleTests {
  private static let rewo = """
    {"rewo": {"statistic": "error", "threshold": 4e-4, "speed": 5, "steepness": 3, "start": 1e-3,
              "smoothing": 0.9, "hold": ["prior/**"]}}
    """
  private static let geco = """
    {"geco": {"statistic": "error", "threshold": 0.5, "speed": 2, "start": 1, "smoothing": 0}}
    """
  private static let multiplier = """
    {"multiplier": {"statistic": "error", "threshold": 4e-4, "speed": 5, "slope": 3, "start": 333,
                    "smoothing": 0.9, "hold": ["prior/**"]}}
    """
  private static let lateRamp =
    #"{"ramp": {"from": 0, "to": 1, "after": {"steps": 7}, "over": {"epochs": 20}}}"#
  private static let ramp = #"{"ramp": {"from": 0, "to": 1, "over": {"epochs": 20}}}"#

  @Test func schedulesAreDecoded() throws {
    #expect(try decode(WeightSchedule.self, "0.25") == .constant(0.25))
    #expect(try decode(WeightSchedule.self, "3") == .constant(3))
    #expect(
      try decode(WeightSchedule.self, Self.ramp) == .ramp(.init(from: 0, to: 1, over: .epochs(20))))
    #expect(
      try decode(WeightSchedule.self, Self.lateRamp)
        == .ramp(.init(from: 0, to: 1, after: .steps(7), over: .epochs(20))))
    let rewo = WeightSchedule.REWO(
      statistic: "error", threshold: 4e-4, speed: 5, steepness: 3, start: 1e-3, smoothing: 0.9,
      hold: ["prior/**"])
    #expect(try decode(WeightSchedule.self, Self.rewo) == .rewo(rewo))
    let geco = WeightSchedule.GECO(
      statistic: "error", threshold: 0.5, speed: 2, start: 1, smoothing: 0)
    #expect(try decode(WeightSchedule.self, Self.geco) == .geco(geco))
    let multiplier = WeightSchedule.Multiplier(
      statistic: "error", threshold: 4e-4, speed: 5, slope: 3, start: 333, smoothing: 0.9,
      hold: ["prior/**"])
    #expect(try decode(WeightSchedule.self, Self.multiplier) == .multiplier(multiplier))
  }

  @Test(arguments: ["0.25", ramp, lateRamp, rewo, geco, multiplier])
  func schedulesSurviveCoding(json: String) throws {
    let schedule = try decode(WeightSchedule.self, json)
    #expect(try decode(WeightSchedule.self, try encode(schedule)) == schedule)
  }

  @Test func theStatisticIsNamed() throws {
    let statistics = try ["1", Self.ramp, Self.rewo, Self.geco, Self.multiplier].map {
      try decode(WeightSchedule.self, $0).statistic
    }
    #expect(statistics == [nil, nil, "error", "error", "error"])
  }

  @Test func unknownTagsAreRefused() {
    let expected = "expected a number or one of ramp, rewo, geco, multiplier"
    for json in ["{}", #"{"step": 1}"#] {
      #expect(refusal(WeightSchedule.self, json) == expected)
    }
    for json in ["true", #""1""#, "[1]", #"{"geco": {"threshold": 1}}"#] {
      #expect(refusal(WeightSchedule.self, json) != nil)
    }
  }

  @Test func impossibleValuesAreNamed() {
    func problem(_ json: String, _ key: String, _ value: String) -> String? {
      let pattern = "\"\(key)\": [^,}]+"
      let changed = json.replacingOccurrences(
        of: pattern, with: "\"\(key)\": \(value)", options: .regularExpression)
      return refusal(WeightSchedule.self, changed)
    }
    for json in [Self.rewo, Self.geco, Self.multiplier] {
      // A log-density may be of either sign.
      #expect(problem(json, "threshold", "-1") == nil)
      #expect(problem(json, "speed", "0") == "speed must be positive")
      #expect(problem(json, "start", "0") == "start must be positive")
      for value in ["-0.1", "1", "2"] {
        #expect(
          problem(json, "smoothing", value) == "smoothing must be at least 0 and below 1")
      }
      #expect(problem(json, "smoothing", "0") == nil)
    }
    #expect(problem(Self.rewo, "steepness", "0") == "steepness must be positive")
    #expect(problem(Self.multiplier, "slope", "0") == "slope must be positive")
    #expect(WeightSchedule.constant(.nan).problem == "a weight must be finite")
    #expect(WeightSchedule.constant(-1).problem == nil)
    let endless = WeightSchedule.Ramp(from: 0, to: .infinity, over: .steps(1))
    #expect(WeightSchedule.ramp(endless).problem == "a ramp's ends must be finite")
  }

  /// A manifest cannot say it, JSON only through a strategy.
  @Test func infiniteConstantsAreRefused() {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    #expect(throws: DecodingError.self) {
      try decoder.decode(WeightSchedule.self, from: Data(#""inf""#.utf8))
    }
  }
}
