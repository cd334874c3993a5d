/// The files of a layer that say which packages are in it.
struct LayerEvidence {
    /// How many names there are of each kind of package.
    static let names = 3_000
    private static let releases = 10

    /// The tar entries of a layer of this kind, the archive's end included.
    static func archive(_ layer: FleetOutline.Layer) -> [UInt8] {
        var random = FleetRandom(seed: layer.seed)
        var tar = TarText()
        // Whatever else it holds, a layer is like no other.
        tar.file("usr/share/synthetic/\(layer.seed)", "\(layer.seed)\n")
        switch layer.kind {
        case .base: addDebian(90 + random.below(240), &tar, &random)
        case .runtime: addLanguage(20 + random.below(80), &tar, &random)
        case .application: addLanguage(2 + random.below(12), &tar, &random)
        case .bulk: break
        }
        return tar.bytes + TarText.end
    }

    private static func addDebian(_ count: Int, _ tar: inout TarText, _ random: inout FleetRandom) {
        tar.file(
            "etc/os-release",
            """
            PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
            NAME="Debian GNU/Linux"
            VERSION_ID="12"
            VERSION="12 (bookworm)"
            VERSION_CODENAME=bookworm
            ID=debian

            """
        )
        var names: Set<Int> = []
        while names.count < count { names.insert(random.skewed(Self.names, by: 2)) }
        var status = ""
        for name in names.sorted() {
            let version = debianVersion(random.skewed(releases))
            status += """
                Package: \(debianName(name))
                Status: install ok installed
                Priority: optional
                Section: libs
                Installed-Size: \(100 + name)
                Maintainer: Nobody <nobody@example.org>
                Architecture: amd64
                Source: \(debianSource(name))
                Version: \(version)
                Depends: libc6 (>= 2.36), \(debianName(name / 2))
                Description: a package that is there to be counted
                 Number \(name) of a fleet that a seed has made.


                """
            tar.file("var/lib/dpkg/info/\(debianName(name)).list", "/.\n/usr\n/usr/lib/\(debianName(name)).so.1\n")
        }
        tar.file("var/lib/dpkg/status", status)
    }

    private static func addLanguage(_ count: Int, _ tar: inout TarText, _ random: inout FleetRandom) {
        let language = random.below(3)
        var names: Set<Int> = []
        while names.count < count { names.insert(random.skewed(Self.names, by: 2)) }
        for name in names.sorted() {
            let version = version(random.skewed(releases))
            switch language {
            case 0: addPython(name, version, &tar)
            case 1: addNode(name, version, &tar)
            default: addJar(name, version, &tar)
            }
        }
    }

    private static func addPython(_ name: Int, _ version: String, _ tar: inout TarText) {
        let folder = "usr/lib/python3/dist-packages/sample_\(name)-\(version).dist-info"
        tar.file(
            "\(folder)/METADATA",
            "Metadata-Version: 2.1\nName: \(languageName(name))\nVersion: \(version)\nLicense: MIT\nSummary: sample\n\n"
                + String(
                    repeating: "What a package says of itself is longer than what a scanner reads of it.\n",
                    count: 20
                )
        )
        tar.file("\(folder)/RECORD", "sample_\(name)/__init__.py,sha256=0,10\nsample_\(name)/main.py,sha256=0,20\n")
    }

    private static func addNode(_ name: Int, _ version: String, _ tar: inout TarText) {
        let folder = "usr/src/app/node_modules/\(languageName(name))"
        tar.file(
            "\(folder)/package.json",
            """
            {"name":"\(languageName(name))","version":"\(version)","license":"MIT","main":"index.js",
            "description":"a package that is there to be counted","dependencies":{"\(languageName(name / 2))":"^1.0.0"}}

            """
        )
        tar.file("\(folder)/index.js", "module.exports = \(name);\n")
    }

    private static func addJar(_ name: Int, _ version: String, _ tar: inout TarText) {
        let artifact = languageName(name)
        let jar = SmallJar.archive([
            ("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nImplementation-Version: \(version)\r\n\r\n"),
            (
                "META-INF/maven/org.example/\(artifact)/pom.properties",
                "groupId=org.example\nartifactId=\(artifact)\nversion=\(version)\n"
            ),
        ])
        tar.file("usr/share/java/\(artifact)-\(version).jar", jar)
    }

    static func debianName(_ number: Int) -> String { "libsample\(number)-1" }
    static func debianSource(_ number: Int) -> String { "sample\(number)" }
    static func languageName(_ number: Int) -> String { "sample-\(number)" }
    static func debianVersion(_ release: Int) -> String { "1.\(20 - release)-\(1 + release % 3)" }
    static func version(_ release: Int) -> String { "1.\(20 - release).\(release % 4)" }
}
