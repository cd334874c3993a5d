import Bytes
import Catalogers
import ScanModel
import Testing

/// Lock files that state hashes of archives; the values stand for no real archive.
@Suite("Hashes in lock files")
struct LockHashTests {
    private static let a = String(repeating: "a", count: 64)
    private static let b = String(repeating: "b", count: 64)
    /// The SHA-1 of no bytes.
    private static let integrity = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
    private static let sha1 = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"

    private static let files: [(path: String, text: String, hashes: [String])] = [
        (
            "app/package-lock.json",
            #"{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1","integrity":"\#(integrity)"}}}"#, [sha1]
        ),
        (
            "app/npm-shrinkwrap.json",
            #"{"lockfileVersion":1,"dependencies":{"x":{"version":"1","integrity":"\#(integrity)"}}}"#, [sha1]
        ),
        ("app/npm-shrinkwrap.json", #"{"lockfileVersion":1,"dependencies":{"x":{"version":"1","integrity":7}}}"#, []),
        ("app/yarn.lock", "x@^1:\n  version \"1.0\"\n  integrity \(integrity)\n", [sha1]),
        (
            "app/pnpm-lock.yaml",
            "lockfileVersion: '9.0'\n\npackages:\n\n  x@1.0:\n    resolution: {integrity: \(integrity)}\n", [sha1]
        ),
        (
            "app/bun.lock",
            #"{"lockfileVersion":1,"packages":{"x":["x@1.0","",{"dependencies":{}},"\#(integrity)"],}}"#, [sha1]
        ),
        ("app/Cargo.lock", "[[package]]\nname = \"x\"\nversion = \"1\"\nchecksum = \"\(a)\"\n", ["sha256:\(a)"]),
        (
            "app/poetry.lock",
            "[[package]]\nname = \"x\"\nversion = \"1\"\nfiles = [{file = \"x\", hash = \"sha256:\(a)\"}]\n",
            ["sha256:\(a)"]
        ),
        // Any of several archives may have been installed.
        (
            "app/uv.lock",
            """
            [[package]]
            name = "x"
            version = "1"
            sdist = { url = "u", hash = "sha256:\(a)" }
            wheels = [{ url = "w", hash = "sha256:\(b)" }]

            """, []
        ),
        ("app/Pipfile.lock", #"{"default":{"x":{"version":"==1","hashes":["sha256:\#(a)"]}}}"#, ["sha256:\(a)"]),
        (
            "app/composer.lock", #"{"packages":[{"name":"v/x","version":"1","dist":{"shasum":""}}]}"#, []
        ),
        (
            "app/packages.lock.json",
            #"{"dependencies":{"net6.0":{"x":{"type":"Direct","resolved":"1","contentHash":"AAAA"}}}}"#, []
        ),
        (
            "app/pubspec.lock", "packages:\n  x:\n    version: \"1\"\n    description:\n      sha256: \(a)\n",
            ["sha256:\(a)"]
        ),
        (
            "app/mix.lock",
            "%{\n  \"x\": {:hex, :x, \"1.0\", \"\(a)\", [:mix], [], \"hexpm\", \"\(b)\"},\n}\n", ["sha256:\(b)"]
        ),
    ]

    @Test("are those of the one archive that is installed", arguments: files.indices)
    func hashes(index: Int) throws {
        let file = Self.files[index]
        let path = LayerPath(file.path)
        let selection = Catalogers.directorySelection
        let cataloger = selection.catalogers[try #require(selection.catalogers(for: path).first)]
        let found = cataloger.catalog(EvidenceFile(path: path, bytes: FileBytes(Array(file.text.utf8))))
        #expect(found.packages.count == 1)
        #expect(found.packages.flatMap { $0.package.hashes.map(\.description) } == file.hashes, "\(file.path)")
    }
}
