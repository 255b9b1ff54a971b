import Foundation

/// An sRGB colour.
public struct Colour: Equatable, Sendable {
  /// Components from 0 to 255.
  public var red: UInt8, green: UInt8, blue: UInt8
  /// From 0, invisible, to 1, opaque.
  public var opacity: Double

  /// A colour from components between 0 and 255.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, opacity: Double = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.opacity = opacity
  }

  /// Text and axes.
  public static let black = Colour(34, 34, 34)
  /// What should stand back.
  public static let grey = Colour(140, 140, 140)
  /// Marked places.
  public static let red = Colour(214, 39, 40)
  /// Paper.
  public static let white = Colour(255, 255, 255)

  /// Colour of the n-th of several curves, which the colour-blind can tell apart (Okabe and Ito).
  public static func series(_ n: Int) -> Colour {
    let palette = [
      Colour(0, 114, 178), Colour(213, 94, 0), Colour(0, 158, 115), Colour(204, 121, 167),
      Colour(230, 159, 0), Colour(86, 180, 233), Colour(90, 90, 90), Colour(214, 200, 20),
    ]
    let rest = n % palette.count
    return palette[rest < 0 ? rest + palette.count : rest]
  }

  /// The same colour, more or less transparent.
  public func opacity(_ opacity: Double) -> Colour {
    Colour(red, green, blue, opacity: opacity)
  }

  /// As gnuplot takes it in a column: transparency, red, green, blue, eight bits each.
  var packed: Int {
    let transparency = Int((255 * (1 - min(max(opacity, 0), 1))).rounded())
    return transparency << 24 | Int(red) << 16 | Int(green) << 8 | Int(blue)
  }

  /// As gnuplot takes it in a style.
  var quoted: String { String(format: "'#%08X'", packed) }
}

/// Colours for numbers.
public enum ColourMap: Equatable, Sendable {
  /// Black to white, for images.
  case grey
  /// Light grey to black, for points on white paper.
  case ink
  /// Light blue to dark blue, for strokes on white paper.
  case blues
  /// Blue over white to red, for numbers of both signs.
  case diverging
  /// Around the colour circle, for angles: both ends are the same red.
  case hsv
  /// Dark blue over green to yellow, with evenly growing lightness (van der Walt and Smith).
  case viridis

  /// Colour of a share of the range; values outside 0…1 take that of the nearer end.
  public func colour(at share: Double) -> Colour {
    let share = share.isNaN ? 0 : min(max(share, 0), 1)
    switch self {
    case .grey:
      return .level(255 * share)
    case .ink:
      return .level(215 * (1 - share))
    case .blues:
      return Colour.interpolated(
        [(205, 222, 240), (90, 150, 205), (8, 48, 107)], at: share)
    case .diverging:
      return Colour.interpolated(
        [(33, 80, 160), (140, 180, 220), (247, 247, 247), (240, 160, 120), (170, 30, 40)],
        at: share)
    case .hsv:
      // Slightly dull, as full saturation makes some hues glare.
      return .hue(6 * share, saturation: 0.85, value: 0.92)
    case .viridis:
      return Colour.interpolated(viridisStops, at: share)
    }
  }

  /// Colours of values over a range, by default that of the values; nil for those that are NaN.
  func colours(of values: [Double], range: ClosedRange<Double>?) -> [Colour?] {
    let range = range ?? valueRange(of: values)
    let width = range.upperBound - range.lowerBound
    return values.map { value in
      guard value.isDrawable else { return nil }
      return colour(at: width > 0 ? (value - range.lowerBound) / width : 0.5)
    }
  }
}

/// Range of the values that can be drawn; 0…1 if there are none.
func valueRange(of values: [Double]) -> ClosedRange<Double> {
  let drawable = values.filter(\.isDrawable)
  guard let low = drawable.min(), let high = drawable.max() else { return 0...1 }
  return low...high
}

private let viridisStops: [(Double, Double, Double)] = [
  (68, 1, 84), (72, 37, 118), (65, 68, 135), (53, 96, 141), (42, 120, 142), (33, 144, 140),
  (34, 168, 132), (67, 191, 113), (122, 209, 81), (187, 223, 39), (253, 231, 37),
]

extension Colour {
  private init(rounding red: Double, _ green: Double, _ blue: Double) {
    self.init(UInt8(red.rounded()), UInt8(green.rounded()), UInt8(blue.rounded()))
  }

  fileprivate static func level(_ level: Double) -> Colour {
    Colour(rounding: level, level, level)
  }

  /// The hue runs from 0 to 6, both red.
  fileprivate static func hue(_ hue: Double, saturation: Double, value: Double) -> Colour {
    func component(_ offset: Double) -> Double {
      let place = (offset + hue).truncatingRemainder(dividingBy: 6)
      return 255 * value * (1 - saturation * max(0, min(place, 4 - place, 1)))
    }
    return Colour(rounding: component(5), component(3), component(1))
  }

  fileprivate static func interpolated(
    _ stops: [(Double, Double, Double)], at share: Double
  ) -> Colour {
    let place = share * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let rest = place - Double(index)
    let (low, high) = (stops[index], stops[index + 1])
    return Colour(
      rounding: low.0 + rest * (high.0 - low.0), low.1 + rest * (high.1 - low.1),
      low.2 + rest * (high.2 - low.2))
  }
}
