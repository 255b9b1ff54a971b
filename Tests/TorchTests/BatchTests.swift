import Testing
import Torch

@Suite struct BatchTests {
  private var batch: Batch {
    Batch([
      "image": Tensor((0..<12).map(Float.init), shape: [3, 1, 2, 2]),
      "angle": Tensor([0.5, 1.5, 2.5], shape: [3]),
    ])
  }

  @Test func tensorsAreFoundByName() throws {
    try tensors {
      #expect(batch.count == 3)
      #expect(batch.names == ["angle", "image"])
      #expect(batch["image"]?.shape == [3, 1, 2, 2])
      #expect(batch["label"] == nil)
      #expect(Batch([:]).count == 0)
      expect(batch.to(.cpu)["angle"], [0.5, 1.5, 2.5])
    }
  }

  /// What needs a tensor that is not there fails with its name, and not with a shape.
  @Test func tensorsThatAreNotThere() throws {
    let failure = #expect(throws: TensorError.self) {
      try checked("test") { batch.tensor("label").sum().item() }
    }
    #expect(failure?.message == "the examples have no tensor 'label', only angle, image")
    try tensors { expect(batch.tensor("angle"), [0.5, 1.5, 2.5]) }
  }

  @Test func rowsAreTakenOfAllTensorsAlike() throws {
    try tensors {
      let chosen = batch.rows(Tensor([2, 0] as [Int64], shape: [2]))
      #expect(chosen.count == 2)
      expect(chosen["angle"], [2.5, 0.5])
      #expect(chosen["image"]?.floats() == [8, 9, 10, 11, 0, 1, 2, 3])
      let range = batch.rows(1..<3)
      expect(range["angle"], [1.5, 2.5])
      #expect(range["image"]?.floats() == [4, 5, 6, 7, 8, 9, 10, 11])
    }
  }
}
