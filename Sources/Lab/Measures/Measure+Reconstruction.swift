import Modelling
import Torch

extension Measure {
  /// Root-mean-square error of the reconstruction from posterior means, over all training images.
  public static let reconstructionError = Measure(
    id: "reconstruction/rms-from-mean",
    summary: "root-mean-square error a pixel, decoded from posterior means", unit: "",
    direction: .lessIsBetter, abilities: [.code],
    needs: [DataNeed(split: "train", tensor: "image")]
  ) { run in
    let id = "reconstruction/rms-from-mean"
    let model: any LatentVariableModel = try run.model(.code, for: id)
    let data = try run.dataset.train
    guard let image = data["image"] else { throw MeasureError.needsTensor(id, name: "image") }
    var sum = 0.0
    try MeasuredRun.evaluate(data, for: id) { batch, range in
      let decoded = model.decode(model.encode(batch).mean)
      let x = image.narrowed(0, range).reshaped(range.count, -1)
      sum += (x - decoded).square().sum().item()
    }
    return (sum / Double(image.count)).squareRoot()
  }
}
