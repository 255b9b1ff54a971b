import Testing

@testable import Lab

@Suite struct CellFilterTests {
  private static let cells = ["rewo", "geco", "warm-up-20"].flatMap { method in
    ["1", "2", "2.5"].map { beta in
      Cell([.init(axis: "method", value: method), .init(axis: "beta", value: beta)])
    }
  }

  private func taken(_ text: String) throws -> [String] {
    let filter = try CellFilter(text)
    #expect(filter.problem(among: Self.cells) == nil)
    return Self.cells.filter(filter.takes).map { "\($0["method"] ?? "") \($0["beta"] ?? "")" }
  }

  @Test(arguments: [
    ("method = rewo", ["rewo 1", "rewo 2", "rewo 2.5"]),
    ("method=rewo", ["rewo 1", "rewo 2", "rewo 2.5"]),
    ("  method  =  rewo  ", ["rewo 1", "rewo 2", "rewo 2.5"]),
    ("method in rewo and beta = 2", ["rewo 2"]),
    ("beta in 1, 2.5 and method in geco,rewo", ["rewo 1", "rewo 2.5", "geco 1", "geco 2.5"]),
    ("beta=1, 2 and method=warm-up-20", ["warm-up-20 1", "warm-up-20 2"]),
    ("method = rewo and method = geco", []),
    ("beta in 2", ["rewo 2", "geco 2", "warm-up-20 2"]),
  ])
  func takes(_ text: String, _ expected: [String]) throws {
    #expect(try taken(text) == expected)
  }

  @Test func allTakesEverything() throws {
    #expect(try CellFilter("") == .all)
    #expect(Self.cells.allSatisfy(CellFilter.all.takes))
    #expect(CellFilter.all.takes(Cell([])))
    #expect(CellFilter.all.problem(among: []) == nil)
    #expect(CellFilter.all.problem(among: Self.cells) == nil)
  }

  @Test(arguments: [
    "method", "method rewo", "= rewo", "method =", "method in", "method in ,", "method = ,",
    "and", "method = rewo and beta", " in rewo", "method in rewo and = 2", " ",
  ])
  func isNoFilter(_ text: String) {
    #expect(throws: ConfigValueError.self, "\(text)") { try CellFilter(text) }
  }

  @Test func saysWhatToWrite() {
    #expect(
      words { try CellFilter("method rewo") }
        == "'method rewo' selects no cells: write 'axis = value' or 'axis in value, value', joined "
        + "by 'and'")
    #expect(
      words { try CellFilter("method =") }
        == "'method =' selects no cells: an axis or its values are missing")
  }

  @Test(arguments: [
    ("metod = rewo", "there is no axis 'metod'; did you mean 'method'?"),
    ("gamma = 1", "there is no axis 'gamma'; there are method, beta"),
    ("method in rewo, gecko", "the axis 'method' has no value 'gecko'; did you mean 'geco'?"),
    ("beta = 99", "the axis 'beta' has no value '99'; there are 1, 2, 2.5"),
    ("beta = 1 and metho = rewo", "there is no axis 'metho'; did you mean 'method'?"),
  ])
  func namesNothing(_ text: String, _ expected: String) throws {
    #expect(try CellFilter(text).problem(among: Self.cells) == expected)
  }

  @Test func cellsMatchAndAreNamed() {
    let cell = Self.cells[1]
    #expect(cell.label == "method=rewo,beta=2")
    #expect(cell.matches([:]))
    #expect(cell.matches(["beta": "2"]))
    #expect(cell.matches(["beta": "2", "method": "rewo"]))
    #expect(!cell.matches(["beta": "2", "method": "geco"]))
    #expect(!cell.matches(["gamma": "2"]))
  }
}

@Suite struct SeedListTests {
  @Test(arguments: [
    ("1", [0]), ("3", [0, 1, 2]), ("0,3,7", [0, 3, 7]), ("3,", [3]), ("7,0", [7, 0]),
  ])
  func reads(_ text: String, _ seeds: [Int]) {
    #expect(SeedList(text)?.seeds == seeds)
  }

  @Test(arguments: [
    "", "0", "-1", "-1,2", "1,1", "a", "1,a", "1.5", "1;2", ",", "1 2", "3,,", ",3", "0,,1",
  ])
  func refuses(_ text: String) {
    #expect(SeedList(text) == nil)
  }

  @Test func readsManifests() throws {
    func seeds(_ yaml: String) throws -> [Int] {
      try StrictDecoder().decode(
        SeedList.self, from: try ConfigNode(yaml: yaml, file: "x.yaml")
      ).seeds
    }
    #expect(try seeds("4") == [0, 1, 2, 3])
    #expect(try seeds("[0, 7]") == [0, 7])
    for yaml in ["0", "-2", "[]", "[1, 1]", "[-1]", "many", "[1.5]", "{count: 3}"] {
      #expect(throws: ManifestError.self, "\(yaml)") { try seeds(yaml) }
    }
  }
}

/// Filters over the cells of several studies.
@Suite struct StudyFilterTests {
  private let cell = Cell([Cell.AxisValue(axis: "method", value: "rewo")])

  @Test func studies() throws {
    let filter = try CellFilter("study in a/b, c/d and method = rewo")
    #expect(filter.takes(cell, of: "a/b"))
    #expect(filter.takes(cell, of: "c/d"))
    #expect(!filter.takes(cell, of: "a/c"))
    #expect(!filter.takes(cell))
    #expect(try !CellFilter("study = a/b and method = geco").takes(cell, of: "a/b"))
    #expect(filter.problem(among: [cell], of: ["a/b", "c/d"]) == nil)
    #expect(
      filter.problem(among: [cell], of: ["a/b", "c/e"])
        == "there is no study 'c/d' here; did you mean 'c/e'?")
    #expect(filter.problem(among: [cell])?.hasPrefix("there is no axis 'study'") == true)
  }
}
