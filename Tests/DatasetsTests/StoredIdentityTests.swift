import Files
import Foundation
import Testing

@testable import Datasets

/// Where files are found, what they are checked for, and what a data set's identity depends on.
@Suite struct StoredIdentityTests {
  private let folder: StoredFolder
  private let images: [UInt8]

  init() throws {
    folder = try StoredFolder()
    images = idx((0..<24).map { $0 * 10 }, shape: [6, 2, 2])
  }

  private func manifest(
    name: String = "dots", _ about: String = "", rows: String = "[0, 4]", scale: Int = 255
  ) -> String {
    """
    {"dataset": "\(name)", "title": "Dots", \(about) "splits": {"train": {
      "image": {"file": "images", "rows": \(rows), "shape": [1, 2, 2], "scale": \(scale)}}}}
    """
  }

  private func sum(_ bytes: [UInt8]) -> String { SHA256.hex(of: Data(bytes)) }

  @Test func identityIsThatOfTheContent() throws {
    try folder.write(images, to: "dots/images")
    let identity = try folder.dataset(manifest()).contentIdentity
    #expect(identity.hasPrefix("stored/"))
    // The same bytes elsewhere, described by others, under another name.
    let other = try StoredFolder()
    try other.write(images, to: "images")
    let about = """
      "licence": "MIT", "files": [{"name": "images", "bytes": \(images.count), "sha256": \
      "\(sum(images))", "mirrors": ["http://x/y"]}],
      """
    #expect(try other.dataset(manifest(name: "points", about)).contentIdentity == identity)
    // Other rows, another scale, other bytes.
    #expect(try folder.dataset(manifest(rows: "[0, 5]")).contentIdentity != identity)
    #expect(try folder.dataset(manifest(scale: 254)).contentIdentity != identity)
    try other.write(images.dropLast() + [1], to: "images")
    #expect(try other.dataset(manifest()).contentIdentity != identity)
  }

  /// A declared checksum stands for the content before the file is here.
  @Test func identityBeforeTheFileIsHere() throws {
    let about = "\"files\": [{\"name\": \"images\", \"sha256\": \"\(sum(images))\"}],"
    let before = try folder.dataset(manifest(about))
    #expect(before.isIdentified && before.missing != nil)
    #expect(before.exampleShapes == ["image": [1, 2, 2]] && before.trainingExamples == 4)
    let unknown = try folder.dataset(manifest())
    #expect(!unknown.isIdentified && unknown.contentIdentity == "unknown/dots")
    try folder.write(images, to: "dots/images")
    let after = try folder.dataset(manifest())
    #expect(after.isIdentified && after.contentIdentity == before.contentIdentity)
  }

  @Test func missing() throws {
    let byHand = words { try folder.dataset(manifest("\"how-to-get\": \"ask for it\",")).load() }
    #expect(
      byHand == "the data set dots is not here (missing: images): ask for it; then set "
        + "PRIORLAB_DATA=<dir> to a directory that has <dir>/dots/images")
    let about = "\"files\": [{\"name\": \"images\", \"mirrors\": [\"http://x/y\"]}],"
    let fetched = words { try folder.dataset(manifest(about)).check() }
    #expect(
      fetched == "the data set dots is not here (missing: images): run 'priorlab data fetch dots', "
        + "or set PRIORLAB_DATA=<dir> to a directory that has <dir>/dots/images")
  }

  @Test func wrongSizeAndAltered() throws {
    let path = try folder.write(images, to: "dots/images")
    let about = """
      "files": [{"name": "images", "bytes": \(images.count), "sha256": "\(sum(images))"}],
      """
    try folder.dataset(manifest(about)).check()
    for load in [true, false] {
      func message() throws -> String {
        let dataset = try folder.dataset(manifest(about))
        return words {
          load
            ? try dataset.load().train.count
            : try {
              try dataset.check()
              return 0
            }()
        }
      }
      try folder.write(images.dropLast(), to: "dots/images")
      #expect(
        try message().hasPrefix(
          "\(path) has \(images.count - 1) bytes, where \(images.count) are expected: remove it"))
      let altered: [UInt8] = images.dropLast() + [1]
      try folder.write(altered, to: "dots/images")
      #expect(
        try message().hasPrefix(
          "\(path) is not the file that it should be (SHA-256 \(sum(images)) is expected, it has "
            + "\(sum(altered))): remove it"))
    }
  }

  /// The order of the places, the first one that has it winning.
  @Test func places() throws {
    let other = try StoredFolder()
    let manifest = try JSONDecoder().decode(
      DatasetManifest.self, from: Data(manifest("\"folders\": [\"Dots/raw\"],").utf8))
    let places = DataPlaces(
      environment: ["PRIORLAB_DATA": "\(other.root)::\(folder.root)"], root: folder.root + "/m")
    let beside = folder.root + "/m"
    let order = [
      other.root + "/dots/f", other.root + "/Dots/raw/f", other.root + "/f",
      folder.root + "/dots/f", folder.root + "/Dots/raw/f", folder.root + "/f",
      folder.root + "/m/cache/dots/f", folder.root + "/m/f",
    ]
    for path in order.reversed() {
      let root = path.hasPrefix(other.root) ? other : folder
      try root.write([1, 2], to: String(path.dropFirst(root.root.count + 1)))
      #expect(places.find(StoredFile(name: "f"), of: manifest, beside: beside) == path)
    }
    // Of files of one name, the one of the right size is meant.
    let sized = try JSONDecoder().decode(
      StoredFile.self, from: Data("{\"name\": \"f\", \"bytes\": 3}".utf8))
    try folder.write([1, 2, 3], to: "f")
    #expect(places.find(sized, of: manifest, beside: beside) == folder.root + "/f")
    try folder.write([1], to: "f")
    #expect(places.find(sized, of: manifest, beside: beside) == order[0])
    let absolute = StoredFile(name: folder.root + "/dots/f")
    #expect(places.find(absolute, of: manifest, beside: beside) == absolute.name)
  }

  private let forms = """
    {"dataset": "dots", "title": "Dots",
      "files": [{"name": "a", "sha256": "\(String(repeating: "a", count: 64))"}],
      "layouts": [
        {"splits": {"train": {"image": {"file": "a", "shape": [1, 2, 2]}}}},
        {"stand-in": "drawn by hand", "same-as-first": SAME,
          "splits": {"train": {"image": {"file": "images", "shape": [1, 2, 2]}}}}]}
    """

  @Test func secondForm() throws {
    let other = forms.replacing("SAME", with: "false")
    let equal = forms.replacing("SAME", with: "true")
    // Which form will be here is not known, unless they are the same.
    #expect(try !folder.dataset(other).isIdentified)
    let before = try folder.dataset(equal)
    #expect(before.isIdentified)
    try folder.write(images, to: "dots/images")
    let data = try folder.dataset(other)
    #expect(data.isIdentified && data.contentIdentity != before.contentIdentity)
    #expect(try data.load().standIn == "drawn by hand")
    #expect(try folder.dataset(equal).contentIdentity == before.contentIdentity)
  }

  /// What a manifest leaves open is read from the file.
  @Test func shapeOfAUsersFile() throws {
    let bare = """
      {"dataset": "mine", "title": "Mine", "splits": {"train": {"image": {"file": "images"}}}}
      """
    // Without it the shape is not known, which only those need who read the data.
    let before = try folder.dataset(bare)
    #expect(!before.hasKnownShapes && before.exampleShapes.isEmpty && before.problem == nil)
    #expect(before.trainingExamples == nil && !before.isIdentified)
    #expect(
      words { try before.load() } == "the data set mine is not here (missing: images): put it "
        + "where its manifest is, or set PRIORLAB_DATA=<dir> to a directory that has "
        + "<dir>/mine/images")
    try folder.write(images.dropLast(), to: "manifests/images")
    let damaged = try folder.dataset(bare)
    #expect(!damaged.hasKnownShapes && damaged.isIdentified)
    #expect(words { try damaged.check() }.contains("manifests/images is damaged"))
    try folder.write(images, to: "manifests/images")
    let dataset = try folder.dataset(bare)
    #expect(dataset.exampleShapes == ["image": [2, 2]] && dataset.trainingExamples == 6)
    #expect(dataset.hasKnownShapes && dataset.missing == nil)
  }

  @Test func unequalCounts() throws {
    try folder.write(images, to: "dots/images")
    try folder.write([1, 2, 3], shape: [3], to: "dots/labels")
    let message = words {
      try folder.dataset(
        """
        {"dataset": "dots", "title": "Dots", "splits": {"train": {
          "image": {"file": "images"}, "label": {"file": "labels", "as": "integers"}}}}
        """
      ).load()
    }
    #expect(
      message == "the data set dots cannot be used: the split 'train' has unequal numbers of "
        + "examples: 6 of image, 3 of label; correct the files or their rows")
  }

  @Test func folderOfPictures() throws {
    func sum() throws -> String { try Checksums.sha256(of: folder.root + "/pictures") }
    try folder.write([1], to: "pictures/a/1.png")
    try folder.write([2], to: "pictures/b/1.png")
    let first = try sum()
    try folder.write([9], to: "pictures/.hidden")
    #expect(try sum() == first)
    try folder.write([2], to: "pictures/b/2.png")
    #expect(try sum() != first)
  }
}
