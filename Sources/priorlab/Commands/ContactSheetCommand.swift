import ArgumentParser
import Files
import Foundation
import Lab

/// All pictures of the results on one page.
struct ContactSheetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact-sheet",
    abstract: "Put the pictures of all results on one page, contact-sheet.html in the results.")

  @Option(help: ArgumentHelp("Only the results of this profile.", valueName: "name"))
  var profile: String?

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let catalogue = try Catalogue(root: project.experiments)
    var page = Self.head
    var count = 0
    for entry in catalogue.papers.flatMap(\.entries) {
      for profile in try project.store.profiles(of: entry.id)
      where self.profile == nil || profile == self.profile {
        let directory = "\(entry.id)/\(profile)"
        let comparison: Comparison
        do {
          comparison = try Comparison(reading: "\(project.results)/\(directory)/comparison.json")
        } catch ComparisonError.missing {
          continue
        } catch {
          StandardError.write("warning: left out: \(error)\n")
          continue
        }
        let pictures = try pictures(in: directory)
        if pictures.isEmpty { continue }
        count += pictures.count
        let standIn = comparison.standInWords.map { "; \($0)" } ?? ""
        page += "<h2>\(Self.escaped("\(entry.id): \(entry.inPaper)"))</h2>\n"
        page += "<p>\(Self.escaped(entry.title)). Profile \(Self.escaped(profile + standIn))</p>\n"
        for picture in pictures {
          let source = Self.escaped("\(directory)/\(picture)")
          page += "<figure><img src=\"\(source)\" alt=\"\(source)\" loading=\"lazy\">"
          page += "<figcaption>\(Self.escaped(picture))</figcaption></figure>\n"
        }
      }
    }
    guard count > 0 else {
      throw ValidationError(
        "there are no pictures in \(project.results)\(profile.map { " of profile \($0)" } ?? ""): "
          + "make some with 'priorlab reproduce'")
    }
    let file = "\(project.results)/contact-sheet.html"
    try AtomicFile.write(Data(page.utf8), to: file)
    print("\(count) pictures: \(file)")
  }

  private func pictures(in directory: String) throws -> [String] {
    try Disk.names(in: "\(project.results)/\(directory)").filter { $0.hasSuffix(".png") }
  }

  private static let head = """
    <!DOCTYPE html>
    <html lang="en">
    <meta charset="utf-8">
    <title>PriorLab: all pictures</title>
    <style>
    body { font: 15px/1.4 sans-serif; margin: 2em; }
    h2 { margin: 1.5em 0 0; }
    p { margin: 0.2em 0 0.6em; }
    figure { display: inline-block; margin: 0 1em 1em 0; vertical-align: top; }
    img { max-width: 560px; max-height: 560px; border: 1px solid #ddd; }
    figcaption { color: #666; }
    </style>

    """

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
  }
}
