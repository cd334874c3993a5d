import ScanModel
import Testing

private let hex = String(repeating: "a1", count: 32)

/// Docker's rules for short names.
private let references: [(String, String)] = [
    ("debian", "docker.io/library/debian:latest"), ("debian:12", "docker.io/library/debian:12"),
    ("grafana/grafana", "docker.io/grafana/grafana:latest"),
    ("docker.io/debian", "docker.io/library/debian:latest"),
    ("localhost/app", "localhost/app:latest"), ("localhost:5000/app:v1", "localhost:5000/app:v1"),
    ("ghcr.io/a/b/c_d.e-f__g:V1.2-3_4", "ghcr.io/a/b/c_d.e-f__g:V1.2-3_4"),
    ("r.example:5000/a@sha256:\(hex)", "r.example:5000/a@sha256:\(hex)"),
    ("r.example:5000/a:t@sha256:\(hex)", "r.example:5000/a:t@sha256:\(hex)"),
    ("debian@sha256:\(hex)", "docker.io/library/debian@sha256:\(hex)"),
    ("[::1]:5000/a", "[::1]:5000/a:latest"), ("docker://r.example/a:1", "r.example/a:1"),
    ("https://r.example/a", "r.example/a:latest"), ("r.example/a---b", "r.example/a---b:latest"),
    ("x.azurecr.io.evil.test/a", "x.azurecr.io.evil.test/a:latest"),
]

private let hostile: [String] = [
    "", " ", "/", "//", "a//b", "/a", "Debian", "r.example/A", "r.example/../a", "r.example/a/..",
    "r.example/./a",
    "r.example/a/./b", "r.example/.a", "r.example/a.", "r.example/a..b", "r.example/a___b", "r.example/a._b",
    "r.example/a:", "r.example/a:.t", "r.example/a:-t", "r.example/a:t/x",
    "r.example/a:\(String(repeating: "t", count: 129))",
    "r.example/a@", "r.example/a@sha256:x", "r.example/a@sha256:../../x",
    "r.example/a@sha256:\(hex.uppercased())",
    "r.example/a@md5:\(hex)", "r.example:0/a", "r.example:65536/a", "r.example:+80/a", "r.example:/a",
    "r.example:8 0/a",
    "user:password@r.example/a", "r.example?x=/a", "r.example#x/a", "r.example/a?b=c", "r.example/a b",
    "r.example/a\n",
    "r.example/a\u{0}", "r.example/%2e%2e/a", "-r.example/a", "r-.example/a", "r..example/a", ".r.example/a",
    "r.example./a",
    "[]:5000/a", "[::1/a", "[::1]x:5/a", "[::1%25lo]:5000/a", "r.example/\u{e9}", "r.ex\u{e4}mple/a",
    "r.example\\@evil/a",
    "r.example/\(String(repeating: "a", count: 256))", "\(String(repeating: "a/", count: 400))a",
]

@Suite("Image references")
struct ImageReferenceTests {
    @Test("A reference is read as Docker reads it", arguments: references)
    func accepted(text: String, expected: String) {
        #expect(ImageReference(text)?.description == expected)
    }

    @Test("What is no reference is refused", arguments: hostile)
    func refused(text: String) {
        #expect(ImageReference(text) == nil)
    }

    @Test(
        "A target is a registry, a repository or an image",
        arguments: [
            ("r.example", "r.example", nil, nil), ("r.example/", "r.example", nil, nil),
            ("localhost", "localhost", nil, nil), ("localhost:5000", "localhost:5000", nil, nil),
            ("registry:5000", "registry:5000", nil, nil), ("https://r.example/", "r.example", nil, nil),
            ("[::1]:5000", "[::1]:5000", nil, nil), ("x.azurecr.io.evil.test", "x.azurecr.io.evil.test", nil, nil),
            ("R.Example", "R.Example", nil, nil), ("r.example/a", "r.example", "a", nil),
            ("r.example/a:1", "r.example", "a", "1"), ("debian:12", "docker.io", "library/debian", "12"),
        ] as [(String, String, String?, String?)]
    )
    func target(text: String, registry: String, repository: String?, tag: String?) {
        let target = RegistryTarget(text)
        #expect(target?.registry == registry)
        #expect(target?.repository == repository)
        #expect(target?.tag == tag)
    }

    @Test("A reference prints as a text that reads back as itself")
    func roundTrip() throws {
        for text in ["debian", "a/b:c", "r.example:5000/x/y:z@sha256:\(hex)", "r.example/x@sha256:\(hex)"] {
            let reference = try #require(ImageReference(text))
            #expect(ImageReference(reference.description) == reference)
        }
    }

    @Test("The digest is what a manifest is asked by where there is one")
    func manifestReference() {
        #expect(ImageReference("r.example/a:t@sha256:\(hex)")?.manifestReference == "sha256:\(hex)")
        #expect(ImageReference("r.example/a:t")?.manifestReference == "t")
        #expect(ImageReference("r.example/a")?.manifestReference == "latest")
    }
}
