import Files
import Foundation

/// Draws figures by running gnuplot.
public struct Gnuplot: Sendable {
  /// The program.
  public let executable: URL

  /// Draws with the program at this place.
  public init(executable: URL) {
    self.executable = executable
  }

  /// Finds gnuplot in the directories of a search path, by default that of the process.
  ///
  /// - Throws: `DrawingError.notInstalled`.
  public static func find(
    searchPath: String = Executable.searchPath
  ) throws -> Gnuplot {
    guard let path = Executable.find("gnuplot", in: searchPath) else {
      throw DrawingError.notInstalled
    }
    return Gnuplot(executable: URL(fileURLWithPath: path))
  }

  /// Draws a figure as a PNG file.
  ///
  /// The file appears when it is complete, in place of an earlier one; equal figures give equal
  /// bytes with the same gnuplot and fonts. Makes the directories that are missing.
  ///
  /// - Throws: `DrawingError`, `FileError`.
  public func draw(_ figure: Figure, to file: URL) throws {
    let script = try FigureScript(figure, output: "figure.png")
    let directory = file.deletingLastPathComponent()
    try Disk.makeDirectory(directory.path)
    let picture: Data
    do {
      let room = try TemporaryDirectory(in: directory)
      defer { room.remove() }
      try Data(script.text.utf8).write(to: room.file("figure.gp"))
      for (name, text) in script.files { try Data(text.utf8).write(to: room.file(name)) }
      try run("figure.gp", in: room)
      let pictures = try figure.pictures()
      if !pictures.isEmpty {
        // gnuplot would leave out some lines of pixels, or repeat them.
        let path = room.file("figure.png").path
        try pictures.reduce(PNGImage(reading: path)) { try $0.with($1.image, at: ($1.x, $1.y)) }
          .write(to: path)
      }
      picture = try Data(contentsOf: room.file("figure.png"))
    } catch let error as DrawingError {
      throw error
    } catch let error as FileError {
      throw error
    } catch let error as PNGError {
      throw DrawingError.failed("\(error)")
    } catch {
      throw DrawingError.cannotWrite(path: file.path, reason: error.localizedDescription)
    }
    guard picture.count > 8 else { throw DrawingError.failed("it wrote no picture") }
    try AtomicFile.write(picture, to: file.path)
  }

  private func run(_ script: String, in room: TemporaryDirectory) throws {
    // A file, not a pipe: a pipe that nobody reads stops the program when it is full.
    let messages = room.file("messages.txt")
    try Data().write(to: messages)
    let log = try FileHandle(forWritingTo: messages)
    defer { try? log.close() }
    let process = Process()
    process.executableURL = executable
    // The user's own gnuplot settings must not change a figure.
    process.arguments = ["--default-settings", script]
    process.currentDirectoryURL = room.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = log
    do {
      try process.run()
    } catch {
      throw DrawingError.notInstalled
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw DrawingError.failed(
        Self.firstLine(of: messages) ?? "it ended with status \(process.terminationStatus)")
    }
  }

  /// The first line that says something: gnuplot repeats the command, with a caret, before it.
  private static func firstLine(of file: URL) -> String? {
    guard let data = try? Data(contentsOf: file) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    return lines.first { $0.contains("line ") && $0.contains(": ") } ?? lines.first { !$0.isEmpty }
  }
}

/// A picture as it is laid into a figure.
private struct PlacedPicture {
  let image: PNGImage
  /// The pixel of the figure where its upper left corner is.
  let x: Int
  let y: Int
}

extension Figure {
  /// The pictures of its panels, magnified.
  ///
  /// - Throws: `PNGError`.
  fileprivate func pictures() throws -> [PlacedPicture] {
    var placed: [PlacedPicture] = []
    for (panel, frame) in zip(panels, Layout(self).frames) {
      for case .picture(let picture, let magnification) in panel.layers {
        placed.append(
          PlacedPicture(
            image: try picture.scaled(by: magnification), x: Int((frame.left * scale).rounded()),
            y: Int((frame.top * scale).rounded())))
      }
    }
    return placed
  }
}

/// A fresh directory for one run of gnuplot. It is made beside the figure, where what a killed process
/// leaves goes with the unfinished result.
private struct TemporaryDirectory {
  let url: URL

  init(in directory: URL) throws {
    url = directory.appendingPathComponent(".figure-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  func remove() { try? FileManager.default.removeItem(at: url) }
}
