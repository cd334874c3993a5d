import Bytes
import Foundation
import GoBuildInfo
import TallymanTesting
import Testing

@Suite(
    "Go executables of the shared fixtures",
    .enabled(if: SharedFixtures.catalog != nil, "\(SharedFixtures.missing)")
)
struct GoFixtureTests {
    private func read(_ path: String) throws -> GoBuild? {
        let root = try #require(SharedFixtures.catalog)
        return try GoBuildReader.read(FileBytes([UInt8](Data(contentsOf: URL(fileURLWithPath: root + "/" + path)))))
    }

    @Test("An executable of Go 1.15, with strings behind pointers, gives its modules")
    func old() throws {
        let build = try #require(try read("gobin-01/rootfs/usr/local/bin/test.elf"))
        #expect(build.goVersion == "go1.15.2")
        #expect(build.main?.path == "github.com/aquasecurity/test")
        #expect(build.mainVersion == "(devel)")
        #expect(
            build.dependencies.map { "\($0.path)@\($0.version)" } == [
                "github.com/aquasecurity/go-pep440-version@v0.0.0-20210121094942-22b2f8951d46",
                "github.com/aquasecurity/go-version@v0.0.0-20210121072130-637058cfe492",
                "golang.org/x/xerrors@v0.0.0-20200804184101-5ec99f83aff1",
            ]
        )
    }

    @Test("An executable built with an experiment gives the plain version")
    func experiment() throws {
        let build = try #require(try read("gobin-04/rootfs/usr/local/bin/goexperiment"))
        #expect(build.goVersion == "go1.22.1")
        #expect(!build.experiments.isEmpty)
        #expect(build.dependencies.isEmpty)
    }
}
