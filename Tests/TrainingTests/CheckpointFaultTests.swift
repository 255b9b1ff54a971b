import Files
import Foundation
import Modelling
import Testing
import Torch

@testable import Training

/// Checkpoints that something has happened to.
@Suite struct CheckpointFaultTests {
  enum Fault: CaseIterable {
    case tornFile, alteredByte, tornNote, emptyNote, missingFile, futureFormat, futureFields,
      otherEnvironment

    /// Part of the warning.
    var reason: String {
      switch self {
      case .tornFile, .alteredByte: "do not match its checksum"
      case .tornNote, .emptyNote: "its note is torn or altered"
      case .missingFile: "Could not open "
      case .futureFormat, .futureFields: "it has format 99, this version reads 1"
      case .otherEnvironment: "it was made under other conditions (there) than now (here)"
      }
    }

    func damage(_ directory: String, _ step: Int) throws {
      let (file, note) = (
        URL(fileURLWithPath: "\(directory)/checkpoint-\(step).h5"),
        URL(fileURLWithPath: "\(directory)/checkpoint-\(step).json")
      )
      func replace(_ old: String, _ new: String) throws {
        let text = try String(contentsOf: note, encoding: .utf8)
        #expect(text.contains(old))
        try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: note)
      }
      switch self {
      case .tornFile:
        let data = try Data(contentsOf: file)
        try data.prefix(data.count / 2).write(to: file)
      case .alteredByte:
        var data = try Data(contentsOf: file)
        data[data.count * 2 / 3] ^= 1
        try data.write(to: file)
      case .tornNote: try Data(contentsOf: note).prefix(20).write(to: note)
      case .emptyNote: try Data().write(to: note)
      case .missingFile: try FileManager.default.removeItem(at: file)
      case .futureFormat: try replace(#""format":1"#, #""format":99"#)
      case .futureFields: try Data(#"{"format":99,"position":[1,2]}"#.utf8).write(to: note)
      case .otherEnvironment: try replace(#""environment":"here""#, #""environment":"there""#)
      }
    }
  }

  /// Checkpoints at steps 2 and 4 of a run; returns the parameters at step 2.
  private func twoCheckpoints(_ directory: String) throws -> [[Float]] {
    let store = CheckpointStore(in: directory, environment: "here")
    let run = try SmallVHP()
    try run.run(to: 2)
    try store.save(run.model, run.trainer.state)
    let parameters = run.model.parameters.all.map { $0.value.floats() }
    try run.run(to: 4)
    try store.save(run.model, run.trainer.state)
    return parameters
  }

  @Test(arguments: Fault.allCases)
  func aDamagedCheckpointIsPassedOver(fault: Fault) throws {
    try tensors {
      try withTemporaryDirectory { directory in
        let parameters = try twoCheckpoints(directory)
        let store = CheckpointStore(in: directory, environment: "here")
        try fault.damage(directory, 4)
        let run = try SmallVHP()
        let (state, warnings) = try store.restore(into: run.model)
        #expect(state?.totalSteps == 2)
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("checkpoint at step 4 is passed over: ") == true)
        #expect(warnings.first?.contains(fault.reason) == true, "\(warnings)")
        #expect(run.model.parameters.all.map { $0.value.floats() } == parameters)

        // The run that goes on from the one before is the uninterrupted one.
        let whole = try SmallVHP()
        try whole.run()
        run.trainer.restore(try #require(state))
        try run.run()
        #expect(run.outcome == whole.outcome)

        try fault.damage(directory, 2)
        let fresh = try SmallVHP()
        let before = fresh.outcome
        let none = try store.restore(into: fresh.model)
        #expect(none.state == nil)
        #expect(none.warnings.count == 2)
        #expect(fresh.outcome == before)
      }
    }
  }

  @Test func nothingToRestoreIsNoWarning() throws {
    try tensors {
      let run = try SmallVHP()
      for directory in [NSTemporaryDirectory(), "/nonexistent"] {
        let (state, warnings) = try CheckpointStore(in: directory, environment: "here")
          .restore(into: run.model)
        #expect(state == nil && warnings.isEmpty)
      }
    }
  }

  @Test func aDirectoryThatIsNotThereIsAnError() throws {
    let run = try tensors { try SmallVHP() }
    #expect(throws: HDF5Error.self) {
      try CheckpointStore(in: "/nonexistent", environment: "here")
        .save(run.model, run.trainer.state)
    }
  }

  /// What a kill between the two files leaves does not count as a checkpoint.
  @Test func aFileWithoutANoteDoesNotCount() throws {
    try tensors {
      try withTemporaryDirectory { directory in
        _ = try twoCheckpoints(directory)
        try FileManager.default.removeItem(atPath: directory + "/checkpoint-4.json")
        let run = try SmallVHP()
        let store = CheckpointStore(in: directory, environment: "here")
        let (state, warnings) = try store.restore(into: run.model)
        #expect(state?.totalSteps == 2 && warnings.isEmpty)
        store.removeAll()
        let left = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(left == [])
      }
    }
  }

  /// Those of another machine, further on, once crowded out each new one of this machine.
  @Test func checkpointsOfAnotherEnvironmentDoNotTakeThePlaceOfOnesOwn() throws {
    try tensors {
      try withTemporaryDirectory { directory in
        _ = try twoCheckpoints(directory)
        let store = CheckpointStore(in: directory, environment: "elsewhere")
        let run = try SmallVHP()
        #expect(try store.restore(into: run.model).state == nil)
        try run.run(to: 1)
        try store.save(run.model, run.trainer.state)
        #expect(try store.restore(into: SmallVHP.untrained()).state?.totalSteps == 1)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        #expect(files == ["checkpoint-1.h5", "checkpoint-1.json"])
      }
    }
  }

  /// A sound checkpoint of another model must leave the model as it was.
  @Test func anotherModelsCheckpointLeavesTheModelAlone() throws {
    try tensors {
      try withTemporaryDirectory { directory in
        _ = try twoCheckpoints(directory)
        let other = try SmallVHP(latent: 3)
        let before = other.outcome
        let (state, warnings) = try CheckpointStore(in: directory, environment: "here")
          .restore(into: other.model)
        #expect(state == nil && warnings.count == 2)
        let after = other.outcome
        #expect(after == before)
      }
    }
  }
}
