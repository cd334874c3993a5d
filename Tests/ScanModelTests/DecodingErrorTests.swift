import Foundation
import ScanModel
import Testing

@Suite("What is wrong with a document")
struct DecodingErrorTests {
    private struct Document: Decodable {
        struct Layer: Decodable {
            let digest: Digest
            let size: Int
        }

        let name: String?
        let layers: [Layer]
    }

    @Test(
        "is said in words, with its place",
        arguments: [
            (#"{"layers": [{"digest": 1, "size": 1}]}"#, "layers[0].digest: a text is expected"),
            (#"{"layers": [{"digest": "x", "size": 1}]}"#, "layers[0].digest: not a digest: x"),
            (#"{"layers": {}}"#, "layers: a list is expected"),
            (#"{"layers": [[]]}"#, "layers[0]: an object is expected"),
            ("{}", "layers is missing"), (#"{"layers": [{"size": 1}]}"#, "layers[0]: digest is missing"),
            ("{", "it is no valid JSON"),
            (#"{"name": 1, "layers": []}"#, "name: a text is expected"), ("[]", "an object is expected"),
        ]
    )
    func words(_ json: String, _ expected: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Document.self, from: Data(json.utf8))
        }
        #expect(error?.words == expected)
    }
}
