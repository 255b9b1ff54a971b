import Files
import Foundation
import Testing

@testable import Lab

/// What happens around gnuplot: finding it, its failures, and the file that appears.
@Suite(.serialized) struct GnuplotTests {
  private let figure = Figure(panels: [Panel(title: "t")], scale: 1)

  /// A program in place of gnuplot.
  private func fake(_ script: String, in canvas: Canvas) throws -> Gnuplot {
    let file = canvas.directory.appendingPathComponent("gnuplot")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return Gnuplot(executable: file)
  }

  @Test func missingGnuplotIsNamed() throws {
    let canvas = try Canvas()
    for path in ["", "/nonexistent:/also/nonexistent", canvas.directory.path] {
      #expect(throws: DrawingError.notInstalled) { try Gnuplot.find(searchPath: path) }
    }
    let absent = Gnuplot(executable: canvas.directory.appendingPathComponent("gnuplot"))
    let file = canvas.file
    #expect(throws: DrawingError.notInstalled) { try absent.draw(figure, to: file) }
    #expect(!FileManager.default.fileExists(atPath: file.path))
    #expect("\(DrawingError.notInstalled)" == "gnuplot is not installed: run 'make setup'")
  }

  @Test func isFoundOnTheSearchPath() throws {
    let canvas = try Canvas()
    let expected = try fake("exit 0", in: canvas).executable.path
    let found = try Gnuplot.find(searchPath: "/nonexistent:\(canvas.directory.path):/usr/bin")
    #expect(found.executable.path == expected)
  }

  @Test func failuresCarryTheMessage() throws {
    let canvas = try Canvas()
    let file = canvas.file
    let cases: [(String, DrawingError)] = [
      ("echo; echo 'no such terminal' >&2; echo more >&2; exit 1", .failed("no such terminal")),
      ("exit 3", .failed("it ended with status 3")),
      (
        "printf '\\n\\nset x\\n    ^\\n\"f.gp\" line 2: bad command\\n' >&2; exit 1",
        .failed("\"f.gp\" line 2: bad command")
      ),
      (": > figure.png", .failed("it wrote no picture")),
    ]
    for (script, expected) in cases {
      let gnuplot = try fake(script, in: canvas)
      #expect(throws: expected) { try gnuplot.draw(figure, to: file) }
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
    // Far more messages than a pipe holds.
    let loud = try fake("yes message | head -c 300000 >&2; exit 1", in: canvas)
    #expect(throws: DrawingError.failed("message")) { try loud.draw(figure, to: file) }
  }

  @Test func aFailureLeavesTheEarlierPicture() throws {
    let canvas = try Canvas()
    try canvas.gnuplot.draw(figure, to: canvas.file)
    let before = try Data(contentsOf: canvas.file)
    let gnuplot = try fake("head -c 100 /dev/zero > figure.png; exit 1", in: canvas)
    let file = canvas.file
    #expect(throws: DrawingError.self) { try gnuplot.draw(figure, to: file) }
    #expect(try Data(contentsOf: canvas.file) == before)
  }

  @Test func aFigureTooLargeIsAnError() throws {
    let canvas = try Canvas()
    let file = canvas.file
    let huge = Figure(panels: [Panel()], panelSize: Size(width: 1e6, height: 1e6))
    #expect(throws: DrawingError.self) { try canvas.gnuplot.draw(huge, to: file) }
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test func missingDirectoriesAreMadeAndNothingElseIsLeft() throws {
    let canvas = try Canvas()
    let directory = canvas.directory.appendingPathComponent("a/b")
    try canvas.gnuplot.draw(figure, to: directory.appendingPathComponent("it's.png"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["it's.png"])
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
    let canvas = try Canvas()
    let blocker = canvas.directory.appendingPathComponent("file")
    try Data("x".utf8).write(to: blocker)
    let target = blocker.appendingPathComponent("figure.png")
    do {
      try canvas.gnuplot.draw(figure, to: target)
      Issue.record("drew below a file")
    } catch let error as FileError {
      #expect("\(error)".contains(blocker.path), "\(error)")
    }
  }

  /// What the disk says of a picture that is not there to be laid into.
  @Test func aPictureThatCannotBeReadIsNamed() throws {
    let canvas = try Canvas()
    let gnuplot = try fake("exit 0", in: canvas)
    let pixel = try PNGImage(width: 1, height: 1, channels: 1, pixels: [7])
    let figure = Figure(
      panels: [Panel(layers: [.picture(pixel, magnification: 1)])], scale: 1)
    let file = canvas.file
    let error = #expect(throws: FileError.self) { try gnuplot.draw(figure, to: file) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.hasPrefix("Could not open ") && text.contains("figure.png"), "\(text)")
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test func arraysOfUnequalLength() throws {
    let layers: [Layer] = [
      .points(x: [1], y: [1, 2]), .points(x: [1], y: [1], colours: .values([], map: .grey)),
      .line(x: [1, 2], y: [1]), .band(x: [1], low: [1], high: []), .image([[1, 2], [3]]),
    ]
    for layer in layers {
      let figure = Figure(panels: [Panel(title: "codes", layers: [layer], colourBar: Axis())])
      #expect(throws: DrawingError.self) { try FigureScript(figure, output: "x.png") }
    }
    let error = DrawingError.unequalLengths(panel: "codes", layer: "line", counts: [2, 1])
    #expect(
      "\(error)" == "panel 'codes': the arrays of line have lengths 2, 1: make them equal")
  }
}
