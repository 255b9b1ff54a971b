import Testing

@testable import Lab

@Suite struct WritingTests {
  @Test func writesReadableYAML() throws {
    #expect(
      try parseYAML(Sample.yaml).yaml(indent: 2) == """
          study: vhp/omniglot
          model:
            vhp:
              latent: 32
              weights: [1.0, 2e-1]
          likelihood: bernoulli
          phases:
            - id: train
              updates:
                - minimise: elbo
                  optimiser:
                    adam:
                      rate: 1e-3
              until:
                epochs: 20
              batch: 20
            - id: refine
              updates: []
              until:
                steps: 5e3
          seeds: 50
          budget: short
          labels:
            "yes": "1"
            μ: "it's"

        """)
  }

  @Test func readsBackWhatItWrote() throws {
    let node = try parseYAML(Sample.yaml)
    let again = try parseYAML(node.yaml())
    #expect(again.yaml() == node.yaml())
    let decoder = StrictDecoder()
    let (a, b) = try (
      decoder.decode(Sample.Study.self, from: node), decoder.decode(Sample.Study.self, from: again)
    )
    #expect(a.phases == b.phases && a.labels == b.labels && a.model.tag == b.model.tag)
  }

  @Test(arguments: [
    "", " ", "a b", " a", "a ", "a: b", "a #b", "#a", "- a", "-", "---", "...", "5", "1e3", "0x1F",
    "true", "Yes", "null", "~", "{a}", "[a", "a, b", "*", "&a", "!a", "%a", "@", "`", "it's",
    "\"", "\\", "a\nb", "a\n\nb\n", "\t", "\r\n", "\u{0}\u{7F}\u{85}\u{A0}", "\u{2028}\u{FEFF}",
    "\u{FFFE}\u{1F600}\u{10FFFF}", "β", "encoder/**", "mean(a, b) > c", "<<", "=", "?", "a:", ":a",
    "2001-01-01", "12:30", ".inf", "é́",
  ])
  func quotesWhereNeeded(text: String) throws {
    let place = Origin.resolved
    for isPlain in [true, false] {
      let scalar = ConfigNode(.scalar(text, isPlain: isPlain), origin: place)
      guard !scalar.isNull else { continue }
      let tree = ConfigNode(
        .mapping([
          .init(key: text, keyOrigin: place, value: scalar),
          .init(
            key: "list \(text)", keyOrigin: place,
            value: ConfigNode(.sequence([scalar, scalar]), origin: place)),
          .init(
            key: "deep", keyOrigin: place,
            value: ConfigNode(
              .sequence([
                ConfigNode(
                  .sequence([ConfigNode(.sequence([scalar]), origin: place)]),
                  origin: place), scalar,
              ]), origin: place)),
        ]), origin: place)
      let again = try parseYAML(tree.yaml())
      #expect(again.entries?.map(\.key) == [text, "list \(text)", "deep"])
      #expect(again[text]?.text == text)
      #expect(again[text]?.isNull == false)
      #expect(again["list \(text)"]?.items?.map(\.text) == [text, text])
      #expect(again["deep"]?.items?[0].items?[0].items?[0].text == text)
      #expect(again.yaml() == tree.yaml())
      // Text that was quoted must not come back as a number, a truth value or nothing.
      if !isPlain {
        #expect(try StrictDecoder().decode(String.self, from: #require(again[text])) == text)
      }
      if !isPlain, let value = again[text], case .scalar(_, isPlain: true) = value.content {
        #expect(Double(configText: text) == nil && Bool(text) == nil)
      }
    }
  }

  @Test func encodesResolvedConfigurations() throws {
    let node = try ConfigNode(encoding: decodeYAML(Sample.Study.self, Sample.yaml))
    #expect(
      node.yaml() == """
        budget: short
        labels:
          "yes": "1"
          μ: "it's"
        likelihood:
          bernoulli: {}
        model:
          vhp:
            latent: 32
            weights: [1, 0.2]
        phases:
          - batch: 20
            id: train
            until:
              epochs: 20
            updates:
              - minimise: elbo
                optimiser:
                  adam:
                    rate: 0.001
          - batch: 128
            id: refine
            until:
              steps: 5000
            updates: []
        seeds: 50
        study: vhp/omniglot

        """)
    let again = try StrictDecoder().decode(Sample.Study.self, from: node)
    #expect(try ConfigNode(encoding: again) == node)
    #expect(node["seeds"]?.origin.description == "resolved configuration")
  }

  @Test func encodesNumbersInShortestForm() throws {
    let numbers: [Double] = [1e-4, 1, 0.1, 1 / 3, -2.5e-9, 1e22, 123_456_789]
    let node = try ConfigNode(encoding: numbers)
    #expect(node.items?.prefix(3).map(\.text) == ["0.0001", "1", "0.1"])
    #expect(node.items?.last?.text == "123456789")
    #expect(try StrictDecoder().decode([Double].self, from: parseYAML(node.yaml())) == numbers)
    #expect(
      words { try ConfigNode(encoding: [Double.infinity]) }.contains("cannot be written out"))
    #expect(try ConfigNode(encoding: [Float(0.1)]).items?[0].text == "0.1")
    #expect(try ConfigNode(encoding: UInt64.max).text == "18446744073709551615")
  }

  @Test func encodesAnyText() throws {
    let text = "a/b \u{85}\u{2028}\u{7F}\u{0}\"\\\n\t\u{FEFF}\u{FFFF}😀 true"
    #expect(try ConfigNode(encoding: ["k": text])["k"]?.text == text)
    let names = try ConfigNode(encoding: ["5", "true", "null", "~", ".5"])
    #expect(names.yaml() == "[\"5\", \"true\", \"null\", \"~\", \".5\"]\n")
  }

  @Test func encodesUnlabelledValuesAsTheyAreWritten() throws {
    let schedules = [Sample.Schedule.constant(2), try decodeYAML(Sample.Schedule.self, "ramp")]
    #expect(
      try ConfigNode(encoding: schedules).yaml() == """
        - constant: 2
        - ramp:
            from: 0
            steps: 1000

        """)
  }
}
