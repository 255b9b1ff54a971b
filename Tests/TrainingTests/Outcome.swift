import Modelling
import Torch

@testable import Training

/// Everything that a run leaves, by name, as bits.
func outcomeOf(_ model: any Model, _ trainer: Trainer) -> [String: [UInt64]] {
  var result: [String: [UInt64]] = [:]
  for parameter in model.parameters.all {
    result[parameter.path] = parameter.value.doubles().map(\.bitPattern)
  }
  for state in model.parameters.states {
    result["state " + state.path] = state.value.doubles().map(\.bitPattern)
  }
  for (index, states) in trainer.state.optimisers.enumerated() {
    for (path, state) in states {
      let parts = [state.mean, state.square, state.step].flatMap { $0.doubles() }
      result["adam \(index) \(path)"] = parts.map(\.bitPattern)
    }
  }
  for (name, values) in trainer.state.curves.values {
    result["curve \(name)"] = values.map(\.bitPattern)
  }
  result["curve steps"] = trainer.state.curves.steps.map { UInt64($0) }
  for (name, step) in trainer.state.events { result["event \(name)"] = [UInt64(step)] }
  for (name, state) in trainer.state.controllers {
    let average = state.average ?? .nan
    result["weight \(name)"] = [state.logWeight.bitPattern, average.bitPattern]
  }
  let state = trainer.state
  result["position"] = [state.phase, state.step, state.totalSteps].map { UInt64($0) }
  return result
}
