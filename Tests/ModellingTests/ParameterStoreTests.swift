import Foundation
import Testing
import Torch

@testable import Modelling

@Suite struct ParameterStoreTests {
  private func store(_ layers: [String], seed: Int = 3) -> ParameterStore {
    let store = ParameterStore(Randomness(seed: seed))
    for name in layers {
      _ = Dense(4, 3, at: store.root / "net" / name, initial: .torchDefault)
    }
    return store
  }

  @Test func parametersAreFoundByPathInTheOrderOfTheirMaking() throws {
    try tensors {
      let store = store(["b", "a"])
      #expect(
        store.all.map(\.path) == ["net/b/weight", "net/b/bias", "net/a/weight", "net/a/bias"])
      #expect(store.count == 30)
      #expect(store["net/a/weight"]?.value.shape == [3, 4])
      #expect(store["net/a"] == nil)
    }
  }

  @Test func aParametersStartDependsOnlyOnItsPathAndTheSeed() throws {
    try tensors {
      let (one, other) = (store(["a", "b"]), store(["b", "c", "a"]))
      for path in ["net/a/weight", "net/a/bias", "net/b/weight", "net/b/bias"] {
        #expect(one.numbers(path) == other.numbers(path))
      }
      let all = one.all.flatMap { $0.value.doubles() } + other.numbers("net/c/weight")
      #expect(Set(all).count == all.count)
      #expect(Set(store(["a"], seed: 4).numbers("net/a/weight")).isDisjoint(with: all))
    }
  }

  @Test func typesAreTheStores() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      _ = Dense(4, 3, at: store.root, initial: .heNormal)
      #expect(store.all.map(\.path) == ["weight", "bias"])
      #expect(store.all.allSatisfy { $0.value.type == .float64 })
    }
  }

  @Test func gradientsAreTakenOfParameters() throws {
    try tensors {
      let store = ParameterStore(Randomness(seed: 3), type: .float64)
      let value = (store.root / "x").parameter { _, type in .full(3, [2], type: type) }
      #expect(value.square().sum().gradients([value])[0].doubles() == [6, 6])
    }
  }

  @Test func aPathIsGivenOnce() async {
    await #expect(processExitsWith: .failure) {
      let store = ParameterStore(Randomness(seed: 3))
      _ = Dense(1, 1, at: store.root / "a", initial: .heNormal)
      _ = Dense(1, 1, at: store.root / "a", initial: .heNormal)
    }
  }
}
