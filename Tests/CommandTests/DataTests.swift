import Files
import Foundation
import Testing

extension CommandTests {
  /// Studies of files: a user's own, missing ones and wrong ones.
  @Suite struct DataFiles {
    private let manifest = """
      dataset: dots
      title: Dots
      splits:
        train:
          image: {file: dots.idx, type: uint8, rows: [0, 8], shape: [1, 2, 2], scale: 255}
      """

    private func checked(_ bytes: [UInt8]) -> String {
      manifest + """

        files:
          - {name: dots.idx, bytes: \(bytes.count), sha256: \(SHA256.hex(of: Data(bytes)))}
        """
    }

    /// A set of one's own needs a manifest and no Swift.
    @Test func usersOwnFiles() throws {
      let project = try Project.withDots(manifest)
      try project.write(DataFile.idx(DataFile.dots, [8, 2, 2]), to: "datasets/dots.idx")
      let npy = DataFile.npy(DataFile.dots, shape: "(8, 2, 2)")
      try project.write(DataFile.npz("pictures", npy), to: "datasets/mine.npz")
      let hdf5 = try HDF5File(creating: project.root + "/datasets/mine.h5")
      try hdf5.write(DataFile.dots.map { Float($0) / 255 }, shape: [8, 4], at: "all/images")
      try hdf5.close()
      for picture in 0..<8 {
        let folder = project.root + "/datasets/pictures/\(picture % 2)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try PNGImage(
          width: 2, height: 2, channels: 1,
          pixels: Array(DataFile.dots[4 * picture..<4 * picture + 4])
        ).write(to: "\(folder)/\(picture).png")
      }
      let own = [
        "npz": "{file: mine.npz, key: pictures, scale: 255}",
        "idx": "{file: dots.idx, scale: 255}",
        "hdf5": "{file: mine.h5, key: all/images, shape: [1, 2, 2]}",
        "folder": "{file: pictures, key: images, scale: 255}",
      ]
      for (name, image) in own.sorted(by: { $0.key < $1.key }) {
        try project.write(
          "dataset: my-\(name)\ntitle: Mine\nsplits: {train: {image: \(image)}}",
          to: "datasets/my-\(name).yaml")
        let outcome = try project.run("run", "gmvae/dots", "--set", "dataset={my-\(name): {}}")
        #expect(outcome.code == 0, "\(name): \(outcome)")
        #expect(outcome.output.contains("step 2 of 2"), "\(name): \(outcome)")
      }
      // Equal numbers train equally, from whatever file.
      let records = try project.text("results/gmvae/dots/runs/runs.jsonl").split(separator: "\n")
      let measures = try records.map { line in
        let record = try #require(try json(String(line)) as? [String: Any])
        return try #require((record["measures"] as? [String: Double])?.values.first)
      }
      #expect(measures.count == 4)
      // In order of name: the folder, whose pictures come label after label, and the other three.
      #expect(measures[1] == measures[2] && measures[2] == measures[3], "\(measures)")
    }

    @Test func missing() throws {
      let bytes = DataFile.idx(DataFile.dots, [8, 2, 2])
      let project = try Project.withDots(
        checked(bytes).replacing("dots.idx, bytes", with: "dots.idx, mirrors: [http://x/f], bytes"))
      #expect(try project.run("validate").code == 0)
      let sentence =
        "the data set dots is not here (missing: dots.idx): run 'priorlab data fetch dots', or set "
        + "PRIORLAB_DATA=<dir> to a directory that has <dir>/dots/dots.idx"
      let plan = try project.run("plan", "gmvae/table-1")
      #expect(plan.code == 0 && plan.output.contains("data missing: " + sentence), "\(plan)")
      #expect(plan.output.contains("to train (no finished run)"))
      for command in [["reproduce", "gmvae/table-1"], ["run", "gmvae/dots"]] {
        let outcome = try project.start(command).finish()
        #expect(outcome.code == 3)
        #expect(outcome.complaints == ["error: " + sentence], "\(outcome)")
      }
      #expect(try project.results().keys.allSatisfy { !$0.hasSuffix(".json") })
      // A directory of the variable, in both forms; the identity is that of the plan.
      let identity = try objects(
        try project.run("plan", "gmvae/table-1", "--format", "json").output)[0]["identity"]
      try project.write(bytes, to: "elsewhere/dots/dots.idx")
      let found = try project.run(
        "plan", "gmvae/table-1", "--format", "json",
        environment: ["PRIORLAB_DATA": "nowhere:elsewhere/dots"])
      let item = try objects(found.output)[0]
      #expect(item["missing"] == nil && item["identity"] as? String == identity as? String)
      let trained = try project.run(
        "reproduce", "gmvae/table-1", environment: ["PRIORLAB_DATA": "elsewhere"])
      #expect(trained.code == 0, "\(trained)")
      // What is drawn and compared from records needs no data any more.
      let result = try project.results()
      let again = try project.run("reproduce", "gmvae/table-1")
      #expect(again.code == 0, "\(again)")
      #expect(try project.results() == result)
      let nothing = try project.run("plan", "gmvae/table-1")
      #expect(!nothing.output.contains("data missing"), "\(nothing)")
    }

    /// Without a checksum it is not known which runs are those of data that are gone: their result stays.
    @Test func aResultOfDataThatAreGone() throws {
      let project = try Project.withDots(manifest)
      try project.write(DataFile.idx(DataFile.dots, [8, 2, 2]), to: "datasets/dots.idx")
      let trained = try project.run("reproduce", "gmvae/table-1")
      #expect(trained.code == 0, "\(trained)")
      let result = try project.results()
      try FileManager.default.removeItem(atPath: project.root + "/datasets/dots.idx")
      let again = try project.run("reproduce", "gmvae/table-1", "--no-training")
      #expect(again.code == 3 && again.errors.contains("the data set dots is not here"), "\(again)")
      #expect(try project.results() == result)
      let replaced = try project.run("reproduce", "gmvae/table-1", "--no-training", "--replace")
      #expect(replaced.code == 0 && replaced.output.contains("no run"), "\(replaced)")
    }

    /// GMVAE Table 1 whole, on images and labels of MNIST's form.
    @Test func fromImagesAndLabelsToAccuracies() throws {
      let project = try Project()
      func file(_ name: String, _ count: Int, _ shape: [Int], _ value: (Int) -> UInt8) throws
        -> String
      {
        let size = count * shape.reduce(1, *)
        try project.write(
          DataFile.idx((0..<size).map(value), [count] + shape), to: "datasets/\(name)")
        return "{file: \(name), type: uint8, rows: [0, \(count)], shape: "
      }
      func split(_ name: String, _ count: Int) throws -> String {
        let images = try file("\(name)-images.idx", count, [28, 28]) {
          $0 / 28 % 28 / 3 == $0 / 784 % 10 ? 255 : 0
        }
        let labels = try file("\(name)-labels.idx", count, []) { UInt8($0 % 10) }
        return "  \(name):\n    image: \(images)[1, 28, 28], scale: 255}\n"
          + "    label: \(labels)[], as: integers}\n"
      }
      try project.write(
        "dataset: mnist\ntitle: Bars\nsplits:\n" + split("train", 40) + split("test", 30),
        to: "datasets/mnist.yaml")
      try project.edit(
        "experiments/gmvae/studies/mnist.yaml",
        "      dataset: {stand-in: {image: [1, 28, 28], train: 64, test: 64, labels: 10, seed: 0}}\n",
        "")
      let outcome = try project.run("reproduce", "--table", "3", "--profile", "smoke")
      #expect(outcome.code == 0, "\(outcome)")
      let directory = "results/gmvae/table-1/smoke/"
      let comparison = try json(try project.text(directory + "comparison.json"))
      let rows = try #require((comparison as? [String: Any])?["rows"] as? [[String: Any]])
      for measure in ["most-confident", "majority", "hungarian"] {
        let row = try #require(rows.first { $0["measure"] as? String == "accuracy/" + measure })
        let runs = try #require(row["runs"] as? [[String: Any]])
        #expect(runs.count == 2)
        // In shares of 30 test images.
        for run in runs {
          let share = try #require(run["value"] as? Double) * 0.3
          #expect((0...30).contains(share) && abs(share - share.rounded()) < 1e-9, "\(measure)")
        }
      }
      for picture in ["accuracy.png", "training.png"] {
        #expect(pictureSize(try project.data(directory + picture)) != nil)
      }
    }

    /// What is wrong is said in one sentence, and the results that were there stay.
    @Test func wrongFiles() throws {
      let bytes = DataFile.idx(DataFile.dots, [8, 2, 2])
      let project = try Project.withDots(checked(bytes))
      try project.write(bytes, to: "datasets/dots.idx")
      let first = try project.run("reproduce", "gmvae/table-1")
      #expect(first.code == 0, "\(first)")
      let before = try project.results()
      #expect(before.keys.contains("gmvae/table-1/paper/comparison.json"))

      func expectRefusal(_ expected: String, _ comment: String) throws {
        let outcome = try project.run("reproduce", "gmvae/table-1", "--seeds", "7,")
        #expect(outcome.code == 3, "\(comment): \(outcome)")
        #expect(outcome.complaints.count == 1, "\(comment): \(outcome)")
        #expect(outcome.errors.hasPrefix("error: " + expected), "\(comment): \(outcome)")
        #expect(try project.results() == before, "\(comment)")
      }
      try project.write(Array(bytes.dropLast(5)), to: "datasets/dots.idx")
      try expectRefusal(
        "datasets/dots.idx has \(bytes.count - 5) bytes, where \(bytes.count) are", "truncated")
      try project.write(bytes.dropLast() + [7], to: "datasets/dots.idx")
      try expectRefusal("datasets/dots.idx is not the file that it should be (SHA-256", "altered")

      // Without a checksum a file can be whatever it is: it is read before anything is trained.
      try project.write(manifest, to: "datasets/dots.yaml")
      try project.write(Array(bytes.dropLast(5)), to: "datasets/dots.idx")
      try expectRefusal("the data set dots cannot be used: datasets/dots.idx is damaged", "short")
      var floats = bytes
      floats[2] = 13
      floats += Array(repeating: 0, count: 3 * DataFile.dots.count)
      try project.write(floats, to: "datasets/dots.idx")
      try expectRefusal(
        "the data set dots cannot be used: datasets/dots.idx holds float32, where uint8", "type")
      try project.write(DataFile.idx(DataFile.dots, [4, 2, 4]), to: "datasets/dots.idx")
      try expectRefusal(
        "the data set dots cannot be used: datasets/dots.idx has 4 examples, where rows", "rows")
      try project.write(Array("no array at all".utf8), to: "datasets/dots.idx")
      try expectRefusal("the data set dots cannot be used: datasets/dots.idx", "no array")
    }

    @Test func listAndVerify() throws {
      let bytes = DataFile.idx(DataFile.dots, [8, 2, 2])
      let project = try Project.withDots(checked(bytes) + "\nlicence: MIT\nhow-to-get: ask me")
      let missing = try project.run("data", "list")
      #expect(missing.code == 0)
      #expect(
        missing.output == """
          dots              Dots
              licence: MIT; \(bytes.count) bytes; missing; by hand
              ask me

          """)
      #expect(try project.run("data", "verify").output == "no files of data sets are here\n")
      let named = try project.run("data", "verify", "dots")
      #expect(named.code == 3 && named.output == "missing  dots/dots.idx\n")
      try project.write(bytes, to: "datasets/dots.idx")
      let here = try objects(try project.run("data", "list", "--format", "json").output)[0]
      #expect(here["state"] as? String == "here")
      #expect(here["directories"] as? [String] == ["datasets"])
      let right = try project.run("data", "verify")
      #expect(right.code == 0 && right.output == "right    dots/dots.idx  (datasets/dots.idx)\n")
      try project.write(bytes.dropLast() + [7], to: "datasets/dots.idx")
      let wrong = try project.run("data", "verify")
      #expect(
        wrong.code == 3 && wrong.output.hasPrefix("wrong    dots/dots.idx: datasets/dots.idx"))
      #expect(wrong.errors == "error: 1 of 1 files are not right\n")
      let unknown = try project.run("data", "verify", "dot")
      #expect(unknown.code == 2)
      #expect(
        unknown.errors
          == "error: there is no data set 'dot' in datasets; did you mean 'dots'? (see "
          + "'priorlab data list')\n")
    }

    /// Runs whose identity is not known without their data are no stale runs.
    @Test func cleaningWithoutData() throws {
      let project = try Project.withDots(manifest)
      try project.write(DataFile.idx(DataFile.dots, [8, 2, 2]), to: "datasets/dots.idx")
      #expect(try project.run("run", "gmvae/dots").code == 0)
      let before = try project.results()
      try FileManager.default.removeItem(atPath: project.root + "/datasets/dots.idx")
      let plan = try project.run("plan", "gmvae/table-1")
      #expect(plan.output.contains("  unknown           all seed 0: to train"), "\(plan)")
      let outcome = try project.run("clean", "--stale")
      #expect(outcome.output.contains("left alone, because its data are not here"), "\(outcome)")
      #expect(try project.results() == before)
    }

    @Test func catalogueSaysWhatIsHere() throws {
      let project = try Project.withDots(manifest)
      for name in ["mnist", "svhn"] {
        try project.write(
          "dataset: \(name)\ntitle: T\nsplits: {train: {image: {file: \(name).idx, shape: [1, 2, 2]}}}",
          to: "datasets/\(name).yaml")
      }
      try project.write(DataFile.idx(DataFile.dots, [8, 2, 2]), to: "datasets/mnist.idx")
      let lines = try project.run("list", "mfcvae").output
      #expect(lines.contains("data: mnist (here), shapes3d, svhn (missing); cost"), "\(lines)")
    }
  }
}
