import Foundation

extension MotionSkeleton {
  /// A bone in space.
  struct Limb: Equatable, Sendable {
    let name: String
    /// The place of the bone that it hangs on among all; nil for the root.
    let parent: Int?
    /// From its beginning to its end while nothing is turned.
    let reach: SIMD3<Double>
    /// The axes about which it turns, as a turn of those of the room.
    let axes: Rotation
  }

  /// Beginning and end of a bone.
  public typealias Stroke = (from: SIMD3<Double>, to: SIMD3<Double>)

  /// Where the bones lie that have a length, as ``strokes(at:)`` places them.
  public func bones(at angles: [String: Double]) -> [Stroke] {
    zip(limbs, strokes(at: angles)).filter { $0.0.reach != .zero }.map(\.1)
  }

  /// Where all bones lie, the root being at the origin and upright, in the skeleton's unit of length; y
  /// points upwards. None where the skeleton does not say where its bones lie.
  ///
  /// - Parameter angles: by channel (`rfemur.rx`), in degrees; 0 where one is missing.
  func strokes(at angles: [String: Double]) -> [Stroke] {
    var turns: [Rotation] = []
    var strokes: [Stroke] = []
    for limb in limbs {
      // A bone turns about x, then y, then z of its own axes.
      let own = ["rx", "ry", "rz"].enumerated().reduce(Rotation.none) { turn, axis in
        Rotation(axis: axis.offset, degrees: angles["\(limb.name).\(axis.element)"] ?? 0) * turn
      }
      let local = limb.axes * own * limb.axes.inverse
      let turn = (limb.parent.map { turns[$0] } ?? .none) * local
      let from = limb.parent.map { strokes[$0].to } ?? .zero
      turns.append(turn)
      strokes.append((from, from + turn * limb.reach))
    }
    return strokes
  }
}

/// The bones in the making, with what the file says of each.
struct Limbs {
  private struct Described {
    var direction: SIMD3<Double>?
    var length: Double?
    var axes = Rotation.none
  }

  private var next = Described()
  private var described: [String: Described] = [:]
  private var parents: [(child: String, parent: String)] = []

  mutating func add(
    _ key: String, _ words: ArraySlice<TextLines.Word>, _ line: borrowing TextLines
  ) throws {
    let numbers = words.prefix(3).compactMap { DecimalNumber.parse($0) }.filter(\.isFinite)
    guard numbers.count == (key == "length" ? 1 : 3) else {
      throw line.wrong("'\(key)' has not as many numbers as it must have")
    }
    switch key {
    case "length": next.length = numbers[0]
    case "direction": next.direction = SIMD3(numbers)
    default:
      guard words.dropFirst(3).first.map({ $0.text.uppercased() }) ?? "XYZ" == "XYZ" else {
        throw line.wrong("axes are turned in another order than XYZ")
      }
      next.axes = numbers.enumerated().reduce(.none) {
        Rotation(axis: $1.offset, degrees: $1.element) * $0
      }
    }
  }

  mutating func end(_ name: String) {
    described[name] = next
    next = Described()
  }

  mutating func hang(_ children: [String], on parent: String) {
    parents += children.map { ($0, parent) }
  }

  /// Each bone after the one that it hangs on, the root at the head; none where one is not described, hangs
  /// on two, or on none that leads to the root.
  var sorted: [MotionSkeleton.Limb] {
    var limbs = [
      MotionSkeleton.Limb(name: "root", parent: nil, reach: .zero, axes: .none)
    ]
    var places = ["root": 0]
    var rest = parents
    while !rest.isEmpty {
      let ready = rest.filter { places[$0.parent] != nil }
      if ready.isEmpty { return [] }
      rest.removeAll { places[$0.parent] != nil }
      for (child, parent) in ready {
        guard places[child] == nil, let bone = described[child], let direction = bone.direction,
          let length = bone.length
        else { return [] }
        places[child] = limbs.count
        limbs.append(
          MotionSkeleton.Limb(
            name: child, parent: places[parent], reach: direction * length, axes: bone.axes))
      }
    }
    return limbs.count == described.count + 1 ? limbs : []
  }
}

/// A turn of space about the origin.
struct Rotation: Equatable, Sendable {
  /// Rows of its matrix.
  private let rows: [SIMD3<Double>]

  private init(rows: [SIMD3<Double>]) { self.rows = rows }

  static let none = Rotation(rows: [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)])

  /// About x (0), y (1) or z (2), anticlockwise as seen from where the axis points to.
  init(axis: Int, degrees: Double) {
    let angle = degrees * .pi / 180
    let (first, second) = ((axis + 1) % 3, (axis + 2) % 3)
    var rows = Self.none.rows
    rows[first][first] = cos(angle)
    rows[first][second] = -sin(angle)
    rows[second][first] = sin(angle)
    rows[second][second] = cos(angle)
    self.rows = rows
  }

  /// The turn that undoes it.
  var inverse: Rotation {
    Rotation(
      rows: (0..<3).map { column in SIMD3(rows[0][column], rows[1][column], rows[2][column]) })
  }

  static func * (turn: Rotation, point: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3((turn.rows[0] * point).sum(), (turn.rows[1] * point).sum(), (turn.rows[2] * point).sum())
  }

  /// The second turn, then the first.
  static func * (first: Rotation, second: Rotation) -> Rotation {
    let columns = second.inverse.rows.map { first * $0 }
    return Rotation(rows: columns).inverse
  }
}
