import Testing

@testable import JavaArchives

@Suite("Java archive file names") struct JavaArchiveNameTests {
    // The first five are the examples that Syft documents for its own pattern.
    @Test(
        "A name and a version are told apart",
        arguments: [
            ("some-package-4.0.1.jar", "some-package", "4.0.1"),
            ("prefix.thing-4.jar", "prefix.thing", "4"),
            ("my-http2-server-5.jar", "my-http2-server", "5"),
            ("jetpack-build235-rc5.jar", "jetpack", "build235-rc5"),
            ("ironman-r4-2009.jar", "ironman-r4", "2009"),
            ("/usr/share/java/guava-31.1-jre.jar", "guava", "31.1-jre"),
            ("geronimo-annotation-1.3-spec-1.0.JAR", "geronimo-annotation", "1.3-spec-1.0"),
            ("thing_1.2.3.war", "thing", "1.2.3"),
            ("thing.1.2.3.war", "thing", "1.2.3"),
            ("thing-rc2.jar", "thing", "rc2"),
        ]
    )
    func versioned(path: String, name: String, version: String) {
        let parsed = JavaArchiveName(path: path)
        #expect(parsed.name == name)
        #expect(parsed.version == version)
    }

    @Test(
        "A name without a version has none",
        arguments: [
            ("log4j.jar", "log4j"), ("commons-io.jar", "commons-io"), ("thing-rock.jar", "thing-rock"),
            ("archive", "archive"),
            ("2048.jar", ""), ("a+b-1.0.jar", ""), ("", ""), (".jar", ""), ("-1.0.jar", ""), ("/", ""),
        ]
    )
    func unversioned(path: String, name: String) {
        let parsed = JavaArchiveName(path: path)
        #expect(parsed.name == name)
        #expect(parsed.version == nil)
    }

    @Test("Extensions are compared without letter case")
    func extensions() {
        #expect(JavaArchiveName.mayHoldArchives("a/b.JAR"))
        #expect(JavaArchiveName.mayHoldArchives("x.hpi"))
        #expect(!JavaArchiveName.mayHoldArchives("x.jar.md5"))
        #expect(!JavaArchiveName.mayHoldArchives("jar"))
    }
}
