import Files
import Foundation
import Testing

extension CommandTests {
  /// Data sets of a user's own that are missing, wrong, or not what a study needs.
  @Suite struct UserFiles {
    private let bare =
      "dataset: mine\ntitle: Mine\nsplits: {train: {image: {file: mine.idx, scale: 255}}}"

    /// A project whose study is on 'mine', and a table that is drawn of records alone.
    private func project(_ manifest: String) throws -> Project {
      let project = try Project.withDots("dataset: dots\ntitle: D\nnot-yet: it is not used")
      try project.edit("experiments/dots.yaml", "dataset: dots", "dataset: mine")
      try project.write(manifest, to: "datasets/mine.yaml")
      return project
    }

    private let images = DataFile.idx(DataFile.dots, [8, 2, 2])

    /// Without a shape in the manifest it is known only while the file is here.
    @Test(arguments: [true, false])
    func missingWithoutAShape(_ isKnown: Bool) throws {
      let sum = SHA256.hex(of: Data(images))
      let project = try project(
        bare + (isKnown ? "\nfiles: [{name: mine.idx, sha256: \(sum)}]" : ""))
      try project.write(images, to: "datasets/mine.idx")
      let trained = try project.run("reproduce", "gmvae/table-1")
      #expect(trained.code == 0, "\(trained)")
      let shown = try project.run("compare", "gmvae/table-1").output
      #expect(shown.contains("reconstruction/rms-from-mean"))

      try FileManager.default.removeItem(atPath: project.root + "/datasets/mine.idx")
      for command in [["validate"], ["list", "gmvae"], ["data", "list"]] {
        let outcome = try project.start(command).finish()
        #expect(outcome.code == 0, "\(command): \(outcome)")
      }
      let plan = try project.run("plan", "gmvae/table-1")
      #expect(plan.code == 0, "\(plan)")
      #expect(plan.output.contains("data missing: the data set mine is not here") != isKnown)
      let sentence =
        "error: the data set mine is not here (missing: mine.idx): put it where its manifest is, "
        + "or set PRIORLAB_DATA=<dir> to a directory that has <dir>/mine/mine.idx"
      for command in [["compare", "gmvae/table-1"], ["verify", "results/gmvae/table-1/paper"]] {
        let outcome = try project.start(command).finish()
        if isKnown {
          #expect(outcome.code == 0, "\(command): \(outcome)")
        } else {
          #expect(outcome.code == 3 && outcome.complaints == [sentence], "\(command): \(outcome)")
        }
      }
      if isKnown { #expect(try project.run("compare", "gmvae/table-1").output == shown) }
      let run = try project.run("run", "gmvae/dots", "--seed", "7")
      #expect(run.code == 3 && run.complaints == [sentence], "\(run)")
    }

    /// A study of a user's own is trained without the papers' catalogue, which only tables and figures are in.
    @Test func aRunNeedsNoCatalogue() throws {
      let project = try project(bare)
      try project.write(images, to: "datasets/mine.idx")
      try FileManager.default.removeItem(atPath: project.root + "/experiments/catalogue.yaml")
      let run = try project.run("run", "gmvae/dots", "--seed", "7")
      #expect(run.code == 0, "\(run)")
      let list = try project.run("list")
      #expect(list.code == 2 && list.errors.contains("catalogue.yaml"), "\(list)")
    }

    /// A damaged file is as little in the way of others as a missing one.
    @Test func damagedWithoutAShape() throws {
      let project = try project(bare)
      try project.write(images.dropLast(), to: "datasets/mine.idx")
      for command in [["validate"], ["list", "gmvae"], ["plan", "gmvae/table-1"]] {
        #expect(try project.start(command).finish().code == 0, "\(command)")
      }
      let outcome = try project.run("reproduce", "gmvae/table-1")
      #expect(outcome.code == 3 && outcome.complaints.count == 1, "\(outcome)")
      #expect(outcome.errors.contains("datasets/mine.idx is damaged"), "\(outcome)")
    }

    @Test func aFileThatMayNotBeRead() throws {
      let project = try project(bare)
      try project.write(images, to: "datasets/mine.idx")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0], ofItemAtPath: project.root + "/datasets/mine.idx")
      // The superuser may read anything, so the right to do so is laid down.
      let asAnyone =
        geteuid() == 0
        ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]
        : []
      for command in [["run", "gmvae/dots"], ["reproduce", "gmvae/table-1"], ["data", "verify"]] {
        let outcome = try project.start(command, through: asAnyone).finish()
        #expect(outcome.code == 3, "\(command): \(outcome)")
        #expect(
          (outcome.output + outcome.errors).contains(
            "the data set mine cannot be used: datasets/mine.idx cannot be read (Permission "
              + "denied): correct its permissions, or put a copy that can be read in its place"),
          "\(command): \(outcome)")
      }
      let plan = try project.start(["plan", "gmvae/table-1"], through: asAnyone).finish()
      #expect(plan.code == 0, "\(plan)")
    }

    /// A wrong manifest is an error of its own line, and of `validate`.
    @Test func oneWrongManifest() throws {
      let project = try project(bare)
      try project.write(images, to: "datasets/mine.idx")
      try project.write("dataset: broken\ntitel: B\nsplits: {}", to: "datasets/broken.yaml")
      let expected = "datasets/broken.yaml:2:1: unknown key 'titel'; did you mean 'title'?"
      let list = try project.run("data", "list")
      #expect(list.code == 0, "\(list)")
      #expect(list.output.contains("broken            error: " + expected), "\(list)")
      #expect(list.output.contains("mine              Mine\n"), "\(list)")
      let verify = try project.run("data", "verify")
      #expect(verify.code == 3, "\(verify)")
      #expect(verify.output.contains("wrong    broken: " + expected), "\(verify)")
      #expect(verify.output.contains("mine/mine.idx"), "\(verify)")
      let validate = try project.run("validate")
      #expect(validate.code == 2, "\(validate)")
      #expect(validate.output.contains("error: " + expected), "\(validate)")
      #expect(validate.output.contains("ok  mine"), "\(validate)")
    }

    /// What is generated where its files are not here is not simply missing.
    @Test func generatedSets() throws {
      let list = try Project().run("data", "list", "--format", "json").output
      let dsprites = try #require(try objects(list).first { $0["name"] as? String == "dsprites" })
      #expect(dsprites["isGenerated"] as? Bool == true)
      let text = try Project().run("data", "list").output
      #expect(text.contains("not here, and generated instead; 'priorlab data fetch dsprites'"))
    }

    private let mixture = """
      study: gmvae/mine
      title: Mine
      dataset: mine
      model:
        gmvae:
          clusters: 2
          samples: 1
          x: 2
          w: 2
          encoder: {mlp: {hidden: [4]}}
          prior: {mlp: {hidden: [4]}}
          decoder: {sequence: [{dense: {units: 4, activation: none}}, {reshape: [1, 2, 2]}]}
          initial: glorot-uniform
      phases:
        - id: train
          batch: 4
          updates: [{minimise: elbo, optimiser: {adam: {rate: 1e-3}}}]
          until: {steps: 2}
      seeds: 1
      record: {every: 1}
      measures: [MEASURE]
      """

    private func mixture(
      _ measure: String, image: String = "mine.idx, shape: [1, 2, 2], scale: 255",
      label: String? = nil
    ) throws -> Project {
      let project = try Project.withDots("dataset: dots\ntitle: D\nnot-yet: it is not used")
      for file in ["dots.yaml", "table.yaml"] {
        try FileManager.default.removeItem(atPath: "\(project.root)/experiments/\(file)")
      }
      try project.write(
        mixture.replacing("MEASURE", with: measure), to: "experiments/mine.yaml")
      let tensors =
        "{image: {file: \(image)}" + (label.map { ", label: {file: \($0)}" } ?? "") + "}"
      try project.write(
        "dataset: mine\ntitle: Mine\nsplits: {train: \(tensors), test: \(tensors)}",
        to: "datasets/mine.yaml")
      try project.write(images, to: "datasets/mine.idx")
      return project
    }

    /// A Bernoulli likelihood takes grey values from 0 to 1, which bytes without a scale are not.
    @Test func valuesThatTheModelCannotTake() throws {
      let good = try mixture("reconstruction/rms-from-mean")
      #expect(try good.run("validate").code == 0)
      let project = try mixture(
        "event/constraint-first-met/distortion", image: "mine.idx, shape: [1, 2, 2]")
      let outcome = try project.run("run", "gmvae/mine")
      #expect(outcome.code == 3, "\(outcome)")
      #expect(
        outcome.complaints == [
          "error: the data set mine cannot be used: the model gmvae needs 'image' from 0 to 1, and "
            + "in the split 'test' it is from 0 to 248: correct the values, or how the manifest of "
            + "the data set reads them ('scale', 'relabel')"
        ])
      let nan = [UInt8](repeating: 0, count: 31 * 4) + [0x7F, 0xC0, 0, 0]
      var floats = DataFile.idx(nan, [8, 2, 2])
      floats[2] = 0x0D
      try project.write(floats, to: "datasets/mine.idx")
      let second = try project.run("run", "gmvae/mine")
      #expect(second.code == 3, "\(second)")
      #expect(
        second.errors.contains("datasets/mine.idx holds values that are not finite"), "\(second)")
    }

    /// Labels that a measure cannot use are said before anything is trained.
    @Test func labelsThatCannotBeUsed() throws {
      let label = "label.idx, as: integers"
      for (given, shape, words) in [
        (
          nil, [], "needs a tensor named 'label' in the split 'test', which this data set has not"
        ),
        (
          label, [8, 10],
          "needs one number an example of 'label', and this data set has examples of shape [10]"
        ),
      ] as [(String?, [Int], String)] {
        let project = try mixture("accuracy/majority", label: given)
        if !shape.isEmpty {
          try project.write(
            DataFile.idx([UInt8](repeating: 1, count: shape.reduce(1, *)), shape),
            to: "datasets/label.idx")
        }
        let outcome = try project.run("validate")
        #expect(outcome.code == 2, "\(outcome)")
        #expect(
          outcome.output.contains(
            "error: experiments/mine.yaml:21:12: measures: accuracy/majority " + words),
          "\(outcome)")
      }
      let project = try mixture("accuracy/majority", label: label + ", relabel: {'3': -1}")
      try project.write(DataFile.idx([0, 1, 2, 3, 0, 1, 2, 3], [8]), to: "datasets/label.idx")
      let negative = try project.run("run", "gmvae/mine")
      #expect(negative.code == 3, "\(negative)")
      #expect(
        negative.errors.contains(
          "accuracy/majority needs 'label' from 0 to 999, and in the split 'test' it is from -1 to 2"
        ),
        "\(negative)")
      // Numbers that are scaled like pixels are no labels: cut off, all would be label 0.
      let scaled = try mixture("accuracy/majority", label: "label.idx, scale: 255")
      try scaled.write(DataFile.idx([0, 1, 2, 3, 0, 1, 2, 3], [8]), to: "datasets/label.idx")
      let parts = try scaled.run("run", "gmvae/mine")
      #expect(parts.code == 3, "\(parts)")
      #expect(
        parts.errors.contains(
          "accuracy/majority needs whole numbers in 'label' of the split 'test'"), "\(parts)")
    }
  }
}
