import Files

extension MotionRecipe {
  /// What the recipe makes of its files.
  struct Frames {
    let arrays: [String: StoredArray]
    /// The name of each feature, such as `rfemur.rx`.
    let names: [String]
    /// Draws a frame.
    let figure: MotionFigure?
  }

  /// Reads the recordings and prepares their frames.
  ///
  /// Angles are the same after a full turn, and taken from −180° to 180°. Throws `DataError`.
  ///
  /// - Parameter paths: where the files are.
  func load(_ paths: [String: String], in dataset: String) throws -> Frames {
    func refuse(_ words: String) -> DataError { .unusable(dataset: dataset, reason: words) }
    let sources = try Sources(self, paths, dataset)
    let table = try table(from: sources, paths, refuse)
    let (columns, rest) = try chosen(table.rows, table.channels, refuse)
    let widest = columns.map(\.range).max() ?? 1
    let ranges = columns.map { scale == .widest ? widest : $0.range }
    var arrays = table.integers.mapValues { StoredArray(integers: $0) }
    arrays["image"] = StoredArray(
      floats: table.rows.indices.flatMap { row in
        zip(columns, ranges).map { Float(($0.values[row] - $0.low) / $1) }
      },
      shape: [table.rows.count, columns.count])
    let figure = sources.skeleton.map { skeleton in
      MotionFigure(
        skeleton: skeleton,
        channels: zip(columns, ranges).map { .init(name: $0.name, low: $0.low, high: $0.low + $1) },
        rest: Dictionary(rest.map { ($0.name, $0.mean) }) { first, _ in first })
    }
    return Frames(arrays: arrays, names: columns.map(\.name), figure: figure)
  }

  /// The frames of all recordings, as they are in the files.
  private struct Table {
    var channels: [String] = []
    /// `[frames, channels]`.
    var rows: [[Double]] = []
    /// Of each frame its motion, its recording and its place among those that are kept of it.
    var integers: [String: [Int64]] = [:]
  }

  private func table(
    from sources: Sources, _ paths: [String: String], _ refuse: (String) -> DataError
  ) throws -> Table {
    var channels: [String]?
    var table = Table()
    var number = 0
    for (label, motion) in motions.enumerated() {
      for recording in motion.recordings {
        let place = "'\(recording.key)' in \(paths[recording.file ?? file] ?? "")"
        let found = try sources.table(of: recording)
        if channels == nil, found.channels == nil {
          throw refuse("\(place) has no names of channels: name an AMC file before it")
        }
        let names = channels ?? found.channels ?? []
        channels = names
        // Bones may stand in another order.
        let order =
          try
          (found.channels == nil
          ? Array(names.indices)
          : names.map { name in
            guard let column = found.channels?.firstIndex(of: name) else {
              throw refuse("\(place) has no channel '\(name)', which other recordings have")
            }
            return column
          })
        guard order.count == found.columns else {
          throw refuse(
            "\(place) has \(found.columns) channels, where other recordings have \(order.count)")
        }
        let frames = found.values.count / max(found.columns, 1)
        if let end = recording.rows?.range.upperBound, end > frames {
          throw refuse("\(place) has \(frames) frames, where rows names \(end)")
        }
        for (kept, frame) in recording.places(of: frames).enumerated() {
          table.rows.append(order.map { found.values[frame * found.columns + $0] })
          table.integers["label", default: []].append(Int64(label))
          table.integers["recording", default: []].append(Int64(number))
          table.integers["frame", default: []].append(Int64(kept))
        }
        number += 1
      }
    }
    table.channels = channels ?? []
    return table
  }

  /// A channel that is kept.
  private struct Column {
    let name: String
    let values: [Double]
    let low: Double
    /// From the least value to the largest, in degrees.
    let range: Double
    let mean: Double
    let variance: Double

    init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
      low = values.min() ?? 0
      range = (values.max() ?? 0) - low
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      self.mean = mean
      variance =
        values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))
    }
  }

  /// A channel that changes by less than this in all frames, in degrees, is constant.
  private static let leastRange = 1e-6

  /// The channels of the largest variance, in their own order, and the others that are not left out.
  private func chosen(
    _ table: [[Double]], _ channels: [String], _ refuse: (String) -> DataError
  ) throws -> (kept: [Column], rest: [Column]) {
    let bones = channels.map { $0.split(separator: ".").first.map(String.init) ?? $0 }
    for bone in leaveOut ?? [] where !bones.contains(bone) {
      throw refuse("no recording has the bone '\(bone)', which leave-out names")
    }
    let columns = channels.indices.filter { leaveOut?.contains(bones[$0]) != true }
      .map { column in
        let isAngle = channels[column].split(separator: ".").last?.hasPrefix("r") == true
        return Column(
          channels[column],
          table.map { isAngle ? $0[column] - 360 * ($0[column] / 360).rounded() : $0[column] })
      }
    for column in columns where !column.range.isFinite {
      throw refuse(
        "the channel '\(column.name)' has values too far apart to be numbers from 0 to 1")
    }
    let varying = columns.filter { $0.range > Self.leastRange }
    guard varying.count >= features else {
      throw refuse(
        "\(varying.count) channels of its recordings vary, where features asks for \(features)")
    }
    let order = varying.indices.sorted {
      (-varying[$0].variance, $0) < (-varying[$1].variance, $1)
    }
    let kept = order.prefix(features).sorted().map { varying[$0] }
    let names = Set(kept.map(\.name))
    return (kept, columns.filter { !names.contains($0.name) })
  }

  /// The recordings as they are stored, each file read once.
  private struct Sources {
    struct Table {
      /// Values `[frames, columns]`.
      let values: [Double]
      let columns: Int
      /// Names of the columns, or nil where the file has none.
      let channels: [String]?
    }

    /// Of the first recording that has one.
    let skeleton: MotionSkeleton?
    private let recipe: MotionRecipe
    private var named: [String: [String: MotionFiles.Named]] = [:]
    private var arrays: [String: [String: NumericArray]] = [:]
    private let dataset: String

    init(_ recipe: MotionRecipe, _ paths: [String: String], _ dataset: String) throws(DataError) {
      self.recipe = recipe
      self.dataset = dataset
      do {
        for file in recipe.files {
          guard let path = paths[file] else { continue }
          let keys = Set(
            recipe.motions.flatMap(\.recordings).filter { ($0.file ?? recipe.file) == file }
              .map(\.key))
          if try ArrayFile.isFolder(path) {
            named[file] = try MotionFiles.read(keys, in: path)
          } else {
            for key in keys { arrays[file, default: [:]][key] = try ArrayFile.read(path, key: key) }
          }
        }
        let first = recipe.motions.lazy.flatMap(\.recordings).compactMap { [named] in
          named[$0.file ?? recipe.file]?[$0.key]
        }.first
        skeleton = first?.skeleton
      } catch let error as FileError {
        throw DataError.unreadable(dataset, error)
      } catch {
        throw DataError.unusable(dataset: dataset, reason: "\(error)")
      }
    }

    func table(of recording: Recording) throws -> Table {
      let file = recording.file ?? recipe.file
      if let found = named[file]?[recording.key] {
        return Table(
          values: found.recording.values, columns: found.channels.count, channels: found.channels)
      }
      guard let array = arrays[file]?[recording.key], array.shape.count == 2, array.count > 0 else {
        throw DataError.unusable(
          dataset: dataset, reason: "'\(recording.key)' in \(file) is no table of frames")
      }
      let values = array.doubles()
      guard values.allSatisfy(\.isFinite) else {
        throw DataError.unusable(
          dataset: dataset, reason: "'\(recording.key)' in \(file) holds values that are not finite"
        )
      }
      return Table(values: values, columns: array.shape[1], channels: nil)
    }
  }
}
