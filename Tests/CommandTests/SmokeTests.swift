import Foundation
import Testing

extension CommandTests {
  /// Every table and figure from training to its pictures, at the smallest budget.
  struct Smoke {
    /// Images that stand for every set of black-and-white images of 28 × 28 pixels.
    private static func standIns(in project: Project) throws {
      let (count, side) = (10_200, 28)
      let pixels = (0..<count * side * side).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
      try project.write(DataFile.idx(pixels, [count, side, side]), to: "datasets/grey.idx")
      try project.write(
        DataFile.idx(pixels.map { $0 & 1 }, [count, side, side]), to: "datasets/binary.idx")
      try project.write(
        DataFile.idx((0..<count).map { UInt8($0 % 10) }, [count]), to: "datasets/label.idx")
      for (name, file, scale) in [
        ("mnist", "grey", 255), ("fashion-mnist", "grey", 255), ("omniglot", "grey", 255),
        ("binarized-mnist", "binary", 1),
      ] {
        func split(_ name: String, _ rows: Range<Int>) -> String {
          let range = "rows: [\(rows.lowerBound), \(rows.upperBound)]"
          return """
              \(name):
                image: {file: \(file).idx, \(range), shape: [1, 28, 28], scale: \(scale)}
                label: {file: label.idx, \(range), shape: [], as: integers}

            """
        }
        try project.write(
          "dataset: \(name)\ntitle: T\nsplits:\n" + split("train", 0..<10_100)
            + split("test", 10_100..<count), to: "datasets/\(name).yaml")
      }
    }

    /// The ids of all artefacts of a project, with the names of the files that they draw.
    private static func artefacts(of project: Project) throws -> [String: [String]] {
      var found: [String: [String]] = [:]
      let experiments = project.root + "/experiments"
      for name in try FileManager.default.subpathsOfDirectory(atPath: experiments)
      where name.hasSuffix(".yaml") {
        let text = try project.text("experiments/" + name)
        guard let id = text.firstMatch(of: /(?m)^artefact: (.+)$/) else { continue }
        found[String(id.1)] = text.matches(of: /file: ([a-z0-9-]+)/).map { String($0.1) }
      }
      return found
    }

    @Test func everythingFromTrainingToPictures() throws {
      let project = try Project()
      let all = try Self.artefacts(of: project)
      // Those of the pendulum are made for the other tests.
      let ids = all.keys.filter { !$0.hasPrefix("vhp/") || $0.hasPrefix("vhp/table-2") }.sorted()
      // Some are made of generated images at this budget, and need no files.
      let needless = ids.filter { $0.hasPrefix("mfcvae/") }
      try #require(ids.count >= 3 && needless.count >= 3)
      func reproduce(_ ids: [String]) throws {
        let outcome = try project.start(
          ["reproduce"] + ids + ["--profile", "smoke", "--jobs", "2"],
          environment: ["PRIORLAB_DATA": ""]
        ).finish()
        #expect(outcome.code == 0, "\(outcome)")
      }
      try reproduce(needless)
      try Self.standIns(in: project)
      try reproduce(ids.filter { !needless.contains($0) })
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
    }
  }
}
