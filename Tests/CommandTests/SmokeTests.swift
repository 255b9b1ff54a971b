import Foundation
import Testing

extension CommandTests {
  /// Every table and figure from training to its pictures, at the smallest budget.
  struct Smoke {
    /// The ids of all artefacts of a project, with the names of the files that they draw.
    private static func artefacts(of project: Project) throws -> [String: [String]] {
      var found: [String: [String]] = [:]
      let experiments = project.root + "/experiments"
      for name in try FileManager.default.subpathsOfDirectory(atPath: experiments)
      where name.hasSuffix(".yaml") {
        let text = try project.text("experiments/" + name)
        guard let id = text.firstMatch(of: /(?m)^artefact: (.+)$/) else { continue }
        // The stand-in's persons have no bones to draw.
        found[String(id.1)] = text.replacing(/stick-figures: .+/, with: "")
          .matches(of: /file: ([a-z0-9-]+)/).map { String($0.1) }
      }
      return found
    }

    @Test func everythingFromTrainingToPictures() throws {
      let project = try Project()
      let all = try Self.artefacts(of: project)
      let ids = all.keys.sorted()
      try #require(ids.count >= 30)
      // Of generated images at this budget: no files are needed.
      let outcome = try project.start(
        ["reproduce"] + ids + ["--profile", "smoke", "--jobs", "2"],
        environment: ["PRIORLAB_DATA": ""]
      ).finish()
      #expect(outcome.code == 0, "\(outcome)")
      for id in ids {
        let folder = "results/\(id)/smoke/"
        for file in ["result.h5", "comparison.md"] {
          #expect(project.exists(folder + file), "\(id): \(file)")
        }
        for picture in all[id] ?? [] {
          let files = try FileManager.default.contentsOfDirectory(
            atPath: "\(project.root)/\(folder)")
          let size = try files.filter { $0.hasPrefix(picture) && $0.hasSuffix(".png") }
            .map { pictureSize(try project.data(folder + $0)) }
          #expect(size.count >= 1 && size.allSatisfy { $0 != nil }, "\(id): \(picture)")
        }
      }
      // All of them on one page.
      let sheet = try project.run("contact-sheet", "--profile", "smoke")
      #expect(sheet.code == 0, "\(sheet)")
      let page = try project.text("results/contact-sheet.html")
      let sources = page.matches(of: /img src="([^"]+)"/).map { String($0.1) }
      #expect(sources.count > ids.count)
      for source in sources { #expect(project.exists("results/" + source), "\(source)") }
      for id in ids where all[id]?.isEmpty == false {
        #expect(sources.contains { $0.hasPrefix("\(id)/smoke/") }, "\(id)")
      }
    }
  }
}
