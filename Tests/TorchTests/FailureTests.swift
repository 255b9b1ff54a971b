import Testing
import Torch

@Suite struct FailureTests {
  private struct Stop: Error {}
  private let narrow = Tensor.zeros([4])
  private let wide = Tensor.zeros([2, 3])

  @Test func messagesNameTheScopeTheOperationAndTheShapes() {
    #expect {
      try checked("step 7") { wide * narrow }
    } throws: { error in
      let text = "\(error)"
      return text.hasPrefix("step 7: multiply of [2, 3], [4]: ") && !text.contains("\n")
    }
    let x = wide
    let failures: [(String, () -> Tensor)] = [
      ("add of [2, 3], [4]: ", { x + .zeros([4]) }),
      ("subtract of [2, 3], [4]: ", { x - .zeros([4]) }),
      ("divide of [2, 3], [4]: ", { x / .zeros([4]) }),
      ("sum of [2, 3]: ", { x.sum(2) }),
      ("mean of [2, 3]: ", { x.mean(-3) }),
      ("logsumexp of [2, 3]: ", { x.logSumExp(2) }),
      ("reshape of [2, 3]: ", { x.reshaped(4, 2) }),
      ("narrow of [2, 3]: ", { x.narrowed(1, 2..<4) }),
      ("rows of [2, 3], [1]: ", { x.rows(Tensor([2] as [Int64], shape: [1])) }),
      (
        "convolution of [2, 3], [5, 4], [5]: ",
        {
          x.convolved(.zeros([5, 4]), .zeros([5]), stride: 1, padding: 0)
        }
      ),
      (
        "convolution of [1, 1, 2, 3], [4, 1, 2, 3], [1]: ",
        {
          x.reshaped(1, 1, 2, 3).convolved(
            .zeros([4, 1, 2, 3]), .zeros([1]), stride: 1, padding: 0)
        }
      ),
      (
        "transposed convolution of [6, 1, 1, 1], [1, 4, 2, 2], [1]: ",
        {
          x.reshaped(6, 1, 1, 1).transposeConvolved(
            .zeros([1, 4, 2, 2]), .zeros([1]), stride: 1, padding: 0)
        }
      ),
      ("dense of [2, 3], [5, 4], [5]: ", { x.dense(.zeros([5, 4]), .zeros([5])) }),
      ("tensor of shape [2, 2]: 3 values given", { Tensor([1, 2, 3] as [Float], shape: [2, 2]) }),
      ("mean of [2]: ", { Tensor([1, 2] as [Int64], shape: [2]).mean() }),
    ]
    for (start, operation) in failures {
      let message = failure { _ = operation() }
      #expect(message?.hasPrefix(start) == true, "\(start) / \(message ?? "no failure")")
    }
  }

  @Test func theFirstFailureIsThrownAndLaterOperationsPassThrough() {
    let message = failure {
      let broken = wide.reshaped(5)
      #expect(broken.shape == [])
      #expect(broken.doubles() == [])
      #expect(broken.item().isNaN)
      _ = (broken + wide).sum(7).dense(wide, wide)
      _ = wide.reshaped(9)
      // Sound operations do nothing either, until the scope ends.
      #expect((wide + wide).count == 1)
    }
    #expect(message?.hasPrefix("reshape of [2, 3]: ") == true)
  }

  @Test func aScopeLeavesNothingToTheNext() throws {
    #expect(failure { _ = wide.reshaped(5) } != nil)
    #expect(failure { _ = wide.reshaped(6) } == nil)
    try checked("next") { expect(wide + 1, [1, 1, 1, 1, 1, 1]) }
  }

  @Test func scopesNest() throws {
    let sum = try checked("outer") {
      do {
        try checked("inner") { _ = wide.reshaped(5) }
        Issue.record("the inner failure was not thrown")
      } catch {
        #expect("\(error)".hasPrefix("inner: reshape of [2, 3]: "))
      }
      return (wide + 2).sum().item()
    }
    #expect(sum == 12)
    #expect {
      try checked("outer") { try checked("inner") { _ = wide.reshaped(5) } }
    } throws: {
      "\($0)".hasPrefix("inner: ")
    }
  }

  @Test func aFailureExplainsAnErrorOfTheBody() {
    #expect(throws: Stop.self) { try checked("test") { throw Stop() } }
    #expect {
      try checked("test") {
        _ = wide.reshaped(5)
        throw Stop()
      }
    } throws: {
      $0 is TensorError
    }
    #expect(failure {} == nil)
  }
}
